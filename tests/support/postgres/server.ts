/**
 * A PostgreSQL server of one's own, on loopback: the tests' shared one, and those of tests that
 * stop, kill or restart their server.
 */
import { join } from "node:path";
import pg from "pg";
import { freePort } from "../network/ports.ts";
import { findBinaries } from "./binaries.ts";
import { exists } from "../machine/programs.ts";

export interface PostgresOptions {
  /** Major version. @default FINPIPE_TEST_PG_VERSION, else the newest */
  version?: string;
  /** Where `initdb` and `postgres` lie. @default those of the version, found or downloaded */
  bin?: string;
  /** Whether commits are flushed to disk. @default false, as only power loss would tell */
  fsync?: boolean;
  /** Settings of postgresql.conf. */
  settings?: Record<string, string>;
  /** Where its data is kept: an earlier server's goes on. @default a temporary one, removed at the end */
  folder?: string;
}

/** Signals by what they mean to PostgreSQL: smart, fast and immediate shutdown, and death. */
export type StopSignal = "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGKILL";

/** The superuser of test servers. */
const USER = "postgres";

/** Nobody: PostgreSQL refuses to run as root. */
const NOBODY = 65534;

/** Milliseconds until a server that does not answer has failed to start. */
const START_TIMEOUT = 60_000;

/**
 * Runs the server and stops it when stdin ends: also where the test process is killed, nothing is
 * left behind. A line on stdin says that the server ends otherwise and its folder stays.
 */
const KEEPER = `folder=$1; keep=$2; shift 2
"$@" >>"$folder/log" 2>&1 & pid=$!
echo $pid
if read -r _; then wait $pid; else kill -QUIT $pid; wait $pid; [ "$keep" ] || rm -rf "$folder"; fi`;

/**
 * Makes a database cluster and starts its server; disposing of it stops it and removes all.
 *
 * @throws Error where no binaries can be had, or the server does not start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = options.bin === undefined
    ? await findBinaries(options.version)
    : { folder: options.bin };
  if ("missing" in binaries) throw new Error(`Cannot start PostgreSQL: ${binaries.missing}`);
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "finpipe-test-server-" });
  const server = new PostgresServer(binaries.folder, folder, options);
  try {
    await server.initialise();
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * A hot standby of a server, which is stopped for a moment: a cold copy, as there is no pg_basebackup
 * with the binaries. Its recovery ends at once what stands in its way.
 */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  await primary.stop();
  const standby = await primary.copy();
  try {
    await primary.start();
    await standby.start();
    return standby;
  } catch (error) {
    await standby[Symbol.asyncDispose]();
    throw error;
  }
}

export class PostgresServer implements AsyncDisposable {
  readonly #bin: string;
  readonly #folder: string;
  readonly #settings: Record<string, string>;
  readonly #isKept: boolean;
  #password: string = crypto.randomUUID();
  #port = 0;
  #running: Running | undefined;

  constructor(bin: string, folder: string, options: PostgresOptions) {
    this.#bin = bin;
    this.#folder = folder;
    this.#isKept = options.folder !== undefined;
    this.#settings = {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      fsync: options.fsync === true ? "on" : "off",
      max_connections: "200",
      ...options.settings,
    };
  }

  /** The superuser's URL of the database `postgres`. */
  get url(): string {
    return `postgres://${USER}:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  /** The server's process id. */
  get pid(): number {
    if (this.#running === undefined) throw new Error("The server does not run");
    return this.#running.pid;
  }

  /** Makes the cluster, where the folder has none; once, before the first start. */
  async initialise(): Promise<void> {
    const passwordFile = join(this.#folder, "password");
    if (await exists(join(this.#data, "PG_VERSION"))) {
      this.#password = await Deno.readTextFile(passwordFile);
      return;
    }
    await Deno.writeTextFile(passwordFile, this.#password);
    if (asRoot()) {
      for (const path of [this.#folder, passwordFile]) await Deno.chown(path, NOBODY, NOBODY);
    }
    const { success, stderr } = await this.#command(join(this.#bin, "initdb"), [
      `--pgdata=${this.#data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--no-locale",
      "--no-sync",
    ]).output();
    if (!success) throw new Error(`Cannot run initdb: ${new TextDecoder().decode(stderr)}`);
  }

  /** A copy of a server that is stopped, as its standby; not started. */
  async copy(): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "finpipe-test-standby-" });
    const { success } = await new Deno.Command("cp", { args: ["-a", `${this.#folder}/.`, folder] })
      .output();
    if (!success) throw new Error(`Cannot copy ${this.#folder}`);
    await Deno.writeTextFile(join(folder, "data", "standby.signal"), "");
    const server = `host=127.0.0.1 port=${this.#port} user=${USER} password=${this.#password}`;
    const settings = { primary_conninfo: server, max_standby_streaming_delay: "0" };
    const standby = new PostgresServer(this.#bin, folder, { settings });
    // The password is the primary's.
    await standby.initialise();
    return standby;
  }

  /** Starts the server, on the port that it had before, and waits until it answers. */
  async start(): Promise<void> {
    if (this.#running !== undefined) throw new Error("The server runs already");
    const deadline = performance.now() + START_TIMEOUT;
    const samePort = this.#port !== 0;
    while (true) {
      if (!samePort) this.#port = freePort();
      const running = await this.#spawn();
      this.#running = running;
      if (await this.#answers(running, deadline)) return;
      await this.stop("SIGQUIT");
      // A port taken meanwhile, or the last children of a killed server: another try mends both.
      if (performance.now() > deadline) {
        throw new Error(`Cannot start PostgreSQL: ${await this.log()}`);
      }
    }
  }

  /** Stops the server and waits for its end; its data stays. */
  async stop(signal: StopSignal = "SIGINT"): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    await running.stdin.write(new TextEncoder().encode("\n"));
    await running.stdin.close();
    try {
      Deno.kill(running.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await running.process.status;
  }

  /**
   * Kills the server as a crash would: all of its processes, as one that is orphaned may work on for
   * minutes, and no other server is let to the data before it ends.
   */
  async kill9(): Promise<void> {
    const children = await childrenOf(this.pid);
    await this.stop("SIGKILL");
    for (const child of children) {
      try {
        Deno.kill(child, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      while (isAlive(child)) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** What the server has logged. */
  async log(): Promise<string> {
    return await Deno.readTextFile(join(this.#folder, "log"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(this.#isKept ? "SIGINT" : "SIGQUIT");
    if (!this.#isKept) await Deno.remove(this.#folder, { recursive: true });
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** Runs a program as the user that the server runs as, knowing nothing of our environment. */
  #command(program: string, args: string[]): Deno.Command {
    return new Deno.Command(program, {
      args,
      // Out of reach of a Ctrl-C at the terminal, and of Deno, which kills its other children.
      detached: true,
      cwd: this.#folder,
      clearEnv: true,
      env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
      stdin: program === "sh" ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      ...(asRoot() ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  async #spawn(): Promise<Running> {
    const settings = Object.entries({ ...this.#settings, port: String(this.#port) });
    const server = [join(this.#bin, "postgres"), "-D", this.#data];
    for (const [name, value] of settings) server.push("-c", `${name}=${value}`);
    const process = this.#command("sh", [
      "-c",
      KEEPER,
      "sh",
      this.#folder,
      this.#isKept ? "keep" : "",
      ...server,
    ]).spawn();
    await process.stderr.cancel();
    const stdout = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await stdout.read();
    await stdout.cancel();
    return { process, stdin: process.stdin.getWriter(), pid: Number(value) };
  }

  /** True once a connection succeeds; false where the server ended first, or at the deadline. */
  async #answers({ pid }: Running, deadline: number): Promise<boolean> {
    while (isAlive(pid) && performance.now() < deadline) {
      const client = new pg.Client({ connectionString: this.url });
      client.on("error", () => {});
      try {
        await client.connect();
        return true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        await client.end().catch(() => {});
      }
    }
    return false;
  }
}

interface Running {
  /** The shell that keeps the server. */
  process: Deno.ChildProcess;
  stdin: WritableStreamDefaultWriter<Uint8Array>;
  /** The server itself. */
  pid: number;
}

function asRoot(): boolean {
  return Deno.uid() === 0;
}

/** The ids of a process's children; none where the system has no /proc. */
async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
      // Behind the command, which may hold anything: its state, then its parent.
      const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
      if (Number(parent) === pid) children.push(Number(name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return children;
}

/** False also of one that has ended and that nobody has waited for yet. */
function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return Deno.build.os !== "linux";
    throw error;
  }
}
