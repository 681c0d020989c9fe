/** The Vertica test server as a process of its own, on data that outlives it. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(import.meta.resolve("../../vertica-server/main.ts"));

/** Starts it on a new folder; disposing of it ends it and removes the folder. */
export async function startVerticaProcess(): Promise<VerticaProcess> {
  const server = new VerticaProcess(await Deno.makeTempDir({ prefix: "finpipe-vertica-" }));
  await server.start();
  return server;
}

export class VerticaProcess implements AsyncDisposable {
  /** Where it listens, also after it was killed and started again. */
  url = "";
  readonly #folder: string;
  #running: Running | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Starts the server, and waits until it listens.
   *
   * @throws Error where it does not start
   */
  async start(): Promise<void> {
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const args = ["run", "-A", MAIN, "--data", this.#folder, "--port", port];
    const process = new Deno.Command(Deno.execPath(), {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = process.stdout.pipeThrough(new TextDecoderStream());
    this.#running = {
      process,
      stdin: process.stdin.getWriter(),
      reader: lines.getReader(),
      said: "",
    };
    this.url = (await this.#answer(/Listening: (\S+)\n/))[1]!;
  }

  /** Kills it as a crash would: nobody ends what its clients began, nor what the database writes. */
  async kill9(): Promise<void> {
    await this.#stop("SIGKILL");
  }

  /** Has it obey a line of its stdin (tests/vertica-server/main.ts). @throws Error where it does not */
  async obey(line: string): Promise<void> {
    const { stdin } = this.#running!;
    await stdin.write(new TextEncoder().encode(`${line}\n`));
    const [, answer] = await this.#answer(/(.+)\n/);
    if (answer !== "ok") throw new Error(`The test server does not obey "${line}": ${answer}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop("SIGTERM");
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.process.kill(signal);
    await running.process.status;
    await running.reader.cancel();
    await running.stdin.close().catch(() => {});
  }

  /** What it says next. */
  async #answer(pattern: RegExp): Promise<RegExpExecArray> {
    const running = this.#running!;
    for (;;) {
      const found = pattern.exec(running.said);
      if (found !== null) {
        running.said = running.said.slice(found.index + found[0].length);
        return found;
      }
      const { value, done } = await running.reader.read();
      if (done) throw new Error(`The test server ended: ${running.said}`);
      running.said += value;
    }
  }
}

interface Running {
  process: Deno.ChildProcess;
  stdin: WritableStreamDefaultWriter<Uint8Array>;
  reader: ReadableStreamDefaultReader<string>;
  /** What it has said and nobody has read yet. */
  said: string;
}
