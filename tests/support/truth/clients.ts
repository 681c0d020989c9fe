/**
 * Kafka clients that are not finpipe's, as processes that send and read what they are told:
 * librdkafka (confluent-kafka from PyPI, `kafka_client.py`) and Java's own (the broker's jars,
 * `KafkaClient.java`).
 *
 * A command is a line of words with tabs between; bytes are in base64, `-` is null. All but `send` are
 * answered by lines of results and then `ok`, or `failed` with the reason:
 *
 * - `open NAME SETTING=VALUE...` a producer; `begin`, `commit`, `abort NAME` its transactions; `drop NAME`
 *   ends it at once, with whatever is open
 * - `send NAME ID TOPIC PARTITION KEY VALUE HEADERS`, headers as `name:value,...`; `flush NAME` waits for
 *   what was sent: `at ID OFFSET`
 * - `read BROKERS TOPIC PARTITIONS` reads all that was committed: `record PARTITION OFFSET DIGEST`
 * - `ends BROKERS TOPIC PARTITIONS` (Java's alone): `end PARTITION STABLE HIGH`
 */
import { join } from "node:path";
import { defaultKafka, kafkaJars } from "../kafka/jars.ts";
import { pythonPackages } from "../machine/python_packages.ts";
import { isOnPath } from "../machine/programs.ts";

export const CLIENTS = ["librdkafka", "Java"] as const;
export type ClientKind = (typeof CLIENTS)[number];

const LIBRDKAFKA = "confluent-kafka==2.16.1";

/** Milliseconds until a command that is not answered has failed. */
const PATIENCE = 120_000;

/** Why the clients cannot be run here, beside what the broker needs; undefined where they can. */
export async function missingForClients(): Promise<string | undefined> {
  if (!await isOnPath("python3")) return "there is no Python, in Debian: python3";
  if (!await isOnPath("javac")) return "there is no JDK, in Debian: default-jdk-headless";
  return undefined;
}

/**
 * Starts a client; disposing of it ends its process.
 *
 * @throws Error where its packages cannot be had
 */
export async function startClient(kind: ClientKind): Promise<Client> {
  return new Client(kind, kind === "Java" ? await javaCommand() : await pythonCommand());
}

async function javaCommand(): Promise<Deno.Command> {
  const jvm = ["-Xmx600m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
  const jars = join(await kafkaJars(defaultKafka()), "*");
  const source = join(import.meta.dirname!, "KafkaClient.java");
  const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error";
  return new Deno.Command("java", { args: [...jvm, quiet, "-cp", jars, source], ...PIPED });
}

async function pythonCommand(): Promise<Deno.Command> {
  const env = { PYTHONPATH: await pythonPackages(LIBRDKAFKA), PYTHONDONTWRITEBYTECODE: "1" };
  const source = join(import.meta.dirname!, "kafka_client.py");
  return new Deno.Command("python3", { args: [source], env, ...PIPED });
}

const PIPED = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;

export class Client implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #said: Promise<string>;

  constructor(readonly kind: ClientKind, command: Deno.Command) {
    this.#process = command.spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
    this.#said = new Response(this.#process.stderr).text();
  }

  /** Gives a command that is not answered. */
  async tell(...words: string[]): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(words.join("\t") + "\n"));
  }

  /**
   * Gives a command; the words of each line of its answer.
   *
   * @throws Error where the client says that it failed, ends, or does not answer
   */
  async ask(...words: string[]): Promise<string[][]> {
    await this.tell(...words);
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
    try {
      const answer: string[][] = [];
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (done) throw new Error(`${this.kind} broke off: ${words[0]}: ${await this.#said}`);
        const line = value.split("\t");
        if (line[0] === "ok") return answer;
        if (line[0] === "failed") throw new Error(`${this.kind}: ${words[0]}: ${line[1]}`);
        answer.push(line);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#lines.return?.();
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // Deno says TypeError of a child that it knows to have ended.
      if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
    }
    await this.#process.status;
    await this.#said;
  }
}

async function* linesOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
