/**
 * An Apache Kafka of one's own (KRaft, loopback; one node, or one of those of `cluster.ts`): the
 * tests' shared one, and those of tests that stop, kill or restart their broker, or speak TLS and SASL
 * with it.
 */
import { join } from "node:path";
import process from "node:process";
import { KAFKA_PASSWORD, KAFKA_USER } from "./credentials.ts";
import { defaultKafka, kafkaJars, type KafkaVersion } from "./jars.ts";
import {
  brokerProperties,
  type Listener,
  LISTENERS,
  tokenProperties,
  writeCertificates,
} from "./properties.ts";
import { freePorts } from "../network/ports.ts";

export interface KafkaOptions {
  /** @default FINPIPE_TEST_KAFKA_VERSION, else the newest */
  version?: KafkaVersion;
  /** Opens all listeners of `LISTENERS`, not just the one in clear text. @default false */
  security?: boolean;
  /** Settings of server.properties, over those of `brokerProperties`. */
  properties?: Record<string, string>;
  /** Where its controller listens. @default a free port */
  controllerPort?: number;
  /** With `security`: the URL of the keys by which tokens are checked. @default no tokens */
  tokens?: string;
  /** Memory of the JVM for objects; many partitions need more. @default "192m" */
  heap?: string;
}

/** Signals by what they mean to the broker: a controlled shutdown, and death. */
export type KafkaStopSignal = "SIGTERM" | "SIGKILL";

/** Milliseconds until a broker that is not ready has failed to start. */
const START_TIMEOUT = 90_000;

/** What the broker logs once clients are served. */
const READY = "Kafka Server started";

/** A small heap, and a compiler that is ready at once, as a test's broker lives for seconds. */
const JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];

/**
 * Runs the broker and kills it when stdin ends: also where the test process is killed, nothing is
 * left behind. A line on stdin says that the broker ends otherwise and its folder stays. The shell's own
 * word on a killed broker goes into the log, as nobody reads its stderr then.
 */
const KEEPER = `folder=$1; shift
exec 2>>"$folder/log"
"$@" >>"$folder/log" 2>&1 & pid=$!
echo $pid
if read -r _; then wait $pid; else kill -KILL $pid; wait $pid; rm -rf "$folder"; fi`;

/**
 * Formats a log folder and starts its broker; disposing of it kills it and removes all.
 *
 * @throws Error where no jars can be had, or the broker does not start
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const jars = await kafkaJars(options.version ?? defaultKafka());
  const folder = await Deno.makeTempDir({ prefix: "finpipe-test-kafka-" });
  const server = new KafkaServer(jars, folder, options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

export class KafkaServer implements AsyncDisposable {
  readonly #jars: string;
  readonly #folder: string;
  readonly #options: KafkaOptions;
  readonly #ports = new Map<Listener | "CONTROLLER", number>();
  #formatted = false;
  #running: Running | undefined;

  constructor(jars: string, folder: string, options: KafkaOptions) {
    this.#jars = jars;
    this.#folder = folder;
    this.#options = options;
  }

  /** `host:port` in clear text, as in FINPIPE_KAFKA_BROKERS. */
  get brokers(): string {
    return `127.0.0.1:${this.#port("PLAIN")}`;
  }

  /** `host:port` of another listener, under the host name that the certificate is for. */
  brokersOf(listener: Listener): string {
    return `localhost:${this.#port(listener)}`;
  }

  /** The PEM file of the authority that signed the broker's certificate. */
  get caFile(): string {
    return join(this.#folder, "ca.pem");
  }

  /** The file in which a partition's log begins, to damage it. */
  logFile(topic: string, partition = 0): string {
    return join(this.#folder, "data", `${topic}-${partition}`, `${"0".repeat(20)}.log`);
  }

  /** The broker's process id, to send it SIGSTOP and SIGCONT. */
  get pid(): number {
    if (this.#running === undefined) throw new Error("The broker does not run");
    return this.#running.pid;
  }

  /** Where its logs lie, a folder for each partition. */
  get dataFolder(): string {
    return join(this.#folder, "data");
  }

  /** Starts the broker, on the ports that it had before, and waits until it serves clients. */
  async start(): Promise<void> {
    if (this.#running !== undefined) throw new Error("The broker runs already");
    const deadline = performance.now() + START_TIMEOUT;
    const samePorts = this.#formatted;
    while (true) {
      if (!samePorts) await this.#prepare();
      const logged = (await this.log()).length;
      const running = await this.#spawn();
      this.#running = running;
      if (await this.#becomesReady(running, logged, deadline)) return;
      await this.stop("SIGKILL");
      // A port that was taken meanwhile, or is not free yet: another try mends both.
      const said = (await this.log()).slice(logged);
      if (performance.now() > deadline || !/BindException|Address already in use/.test(said)) {
        throw new Error(`Cannot start Kafka: ${said.slice(-4000)}`);
      }
    }
  }

  /** Stops the broker and waits for its end; its data stays. */
  async stop(signal: KafkaStopSignal = "SIGTERM"): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    await running.stdin.write(new TextEncoder().encode("\n"));
    await running.stdin.close();
    try {
      Deno.kill(running.pid, signal);
      // A stopped process would not see SIGTERM.
      Deno.kill(running.pid, "SIGCONT");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await running.process.status;
  }

  /** Kills the broker as a crash would. */
  async kill9(): Promise<void> {
    await this.stop("SIGKILL");
  }

  /** What the broker has logged. */
  async log(): Promise<string> {
    try {
      return await Deno.readTextFile(join(this.#folder, "log"));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }

  #port(listener: Listener): number {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`The broker has no listener ${listener}`);
    return port;
  }

  get #propertiesFile(): string {
    return join(this.#folder, "server.properties");
  }

  /** Chooses ports and formats the folder anew, as the controller's port is written into it. */
  async #prepare(): Promise<void> {
    const listeners = this.#options.security === true
      ? Object.keys(LISTENERS) as Listener[]
      : ["PLAIN" as const];
    const names = ["CONTROLLER" as const, ...listeners];
    freePorts(names.length).forEach((port, index) => this.#ports.set(names[index]!, port));
    const { controllerPort } = this.#options;
    if (controllerPort !== undefined) this.#ports.set("CONTROLLER", controllerPort);
    const properties = {
      ...brokerProperties(this.#folder, this.#ports),
      ...(this.#options.tokens === undefined ? {} : tokenProperties(this.#options.tokens)),
      ...this.#options.properties,
    };
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
    await Deno.writeTextFile(this.#propertiesFile, lines.join(""));
    await writeCertificates(this.#folder);
    if (!this.#formatted) await this.#format();
    this.#formatted = true;
  }

  async #format(): Promise<void> {
    const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name=${KAFKA_USER},password=${KAFKA_PASSWORD}]`,
    ]);
    const [java, ...args] = this.#java("kafka.tools.StorageTool", [
      "format",
      `--config=${this.#propertiesFile}`,
      "--cluster-id=finpipe-test-cluster-00",
      ...(this.#options.security === true ? users : []),
    ]);
    const { success, stdout, stderr } = await this.#command(java!, args).output();
    if (success) return;
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    throw new Error(`Cannot format Kafka's log folder: ${said}`);
  }

  #java(mainClass: string, args: string[]): string[] {
    const heap = `-Xmx${this.#options.heap ?? "192m"}`;
    const { tokens } = this.#options;
    const jvm = [
      heap,
      ...JVM,
      "-Dorg.slf4j.simpleLogger.showDateTime=true",
      // A broker asks no others.
      ...(tokens === undefined
        ? []
        : [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens}`]),
    ];
    return ["java", ...jvm, "-cp", join(this.#jars, "*"), mainClass, ...args];
  }

  #command(program: string, args: string[]): Deno.Command {
    return new Deno.Command(program, {
      args,
      // Out of reach of a Ctrl-C at the terminal, and of Deno, which kills its other children.
      detached: true,
      cwd: this.#folder,
      clearEnv: true,
      env: { LC_ALL: "C", PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
      stdin: program === "sh" ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async #spawn(): Promise<Running> {
    const server = this.#java("kafka.Kafka", [this.#propertiesFile]);
    const process = this.#command("sh", ["-c", KEEPER, "sh", this.#folder, ...server]).spawn();
    await process.stderr.cancel();
    const stdout = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await stdout.read();
    await stdout.cancel();
    return { process, stdin: process.stdin.getWriter(), pid: Number(value) };
  }

  /** True once the broker says so; false where it ended first, or at the deadline. */
  async #becomesReady({ pid }: Running, logged: number, deadline: number): Promise<boolean> {
    while (isAlive(pid) && performance.now() < deadline) {
      if ((await this.log()).includes(READY, logged)) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  }
}

interface Running {
  /** The shell that keeps the broker. */
  process: Deno.ChildProcess;
  stdin: WritableStreamDefaultWriter<Uint8Array>;
  /** The broker itself. */
  pid: number;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
