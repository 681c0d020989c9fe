/** The whole Vertica test server: wire and engine together, in this process and as one of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { postgresServerTest, postgresTest } from "../../support/postgres/database.ts";
import { codes, errorFields, RawClient, rowValues } from "../raw_client.ts";
import { startVerticaServer } from "../server.ts";

/** The rows of a query; the error of one that fails. */
async function ask(client: RawClient, sql: string): Promise<(string | null)[][] | string> {
  const answers = await client.query(sql);
  const error = answers.find(({ code }) => code === "E");
  if (error !== undefined) return errorFields(error.body).C!;
  return answers.filter(({ code }) => code === "D").map(({ body }) => rowValues(body));
}

postgresTest("a client that goes gives up its locks and what it did not commit", async () => {
  await using server = await startVerticaServer({ auth: "trust" });
  const { port } = server;
  using other = await RawClient.ready({ port });
  await ask(other, "CREATE TABLE public.t (n INTEGER)");
  const client = await RawClient.ready({ port });
  await ask(client, "SET SESSION AUTOCOMMIT TO OFF; INSERT INTO public.t VALUES (1)");
  await ask(client, "LOCK TABLE public.t IN EXCLUSIVE MODE");
  assert.equal(await ask(other, "LOCK TABLE public.t IN EXCLUSIVE MODE NOWAIT"), "55V03");
  client[Symbol.dispose]();
  assert.deepEqual(await ask(other, "LOCK TABLE public.t IN EXCLUSIVE MODE"), []);
  assert.deepEqual(await ask(other, "SELECT * FROM public.t"), []);
});

postgresTest(
  "a server that is killed in the middle of a COPY keeps what was committed",
  async () => {
    await using server = await startVerticaServer({ auth: "trust" });
    const { port } = server;
    using client = await RawClient.ready({ port });
    await ask(client, "CREATE TABLE public.t (n INTEGER); INSERT INTO public.t VALUES (1); COMMIT");
    await client.send("Q", (out) => out.cstring("COPY public.t FROM LOCAL STDIN"));
    await client.send("F", (out) => out.int32(0));
    await client.send("d", (out) => out.text("2\n".repeat(100_000)));
    await client.until("G");
    await server.restart();
    assert.equal(codes(await client.until("never")), "");
    using next = await RawClient.ready({ port });
    assert.deepEqual(await ask(next, "SELECT n FROM public.t"), [["1"]]);
  },
);

postgresTest("a transaction's status is told with every answer", async () => {
  await using server = await startVerticaServer({ auth: "trust" });
  using client = await RawClient.ready({ port: server.port });
  const status = async (sql: string) =>
    new TextDecoder().decode((await client.query(sql)).at(-1)!.body);
  // A client that says nothing of autocommit has none.
  assert.equal(await status("SELECT 1"), "T");
  assert.equal(await status("ROLLBACK"), "I");
  await client.query("SET SESSION AUTOCOMMIT TO ON");
  assert.equal(await status("SELECT 1"), "I");
  assert.equal(await status("BEGIN"), "T");
  // Vertica undoes the statement that failed, and goes on with the transaction.
  assert.equal(await status("SELECT 1 FROM public.not_there"), "T");
  assert.equal(await status("COMMIT"), "I");
  await client.query("SET SESSION AUTOCOMMIT TO OFF");
  assert.equal(await status("SELECT 1"), "T");
  assert.equal(await status("ROLLBACK"), "I");
});

postgresTest(
  "COPY LOCAL of a file, which the server does not do, is an error and not silence",
  async () => {
    await using server = await startVerticaServer({ auth: "trust" });
    using client = await RawClient.ready({ port: server.port });
    await ask(client, "CREATE TABLE public.t (n INTEGER)");
    assert.equal(await ask(client, "COPY public.t FROM LOCAL '/etc/hosts'"), "0A000");
    assert.deepEqual(await ask(client, "SELECT 1"), [["1"]]);
  },
);

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

/** The server as a process of its own. */
class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #said = "";

  constructor(args: readonly string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", MAIN, "--port=0", ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stdin = this.#process.stdin.getWriter();
  }

  /** Waits for words, and gives what was said up to their line's end. */
  async waitFor(words: string): Promise<string> {
    for (;;) {
      const at = this.#said.indexOf(words);
      const end = at < 0 ? -1 : this.#said.indexOf("\n", at);
      if (end >= 0) {
        const said = this.#said.slice(0, end);
        this.#said = this.#said.slice(end + 1);
        return said;
      }
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`The server ended without ${words}: ${this.#said}`);
      this.#said += value;
    }
  }

  async port(): Promise<number> {
    const [, port] = /:(\d+)\/finpipe$/.exec(await this.waitFor("Listening: ")) ?? [];
    return Number(port);
  }

  /** Says a command, and gives what is answered before its `ok`. */
  async command(line: string): Promise<string> {
    await this.#stdin.write(new TextEncoder().encode(`${line}\n`));
    return await this.waitFor("ok");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    await this.#stdin.close().catch(() => {});
    await this.#output.cancel();
  }
}

await postgresServerTest("vertica-server --data keeps the database from run to run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const args = [`--data=${folder}`];
    {
      await using server = new ServerProcess(args);
      using client = await RawClient.ready({ port: await server.port() });
      await ask(
        client,
        "CREATE TABLE public.t (n INTEGER); INSERT INTO public.t VALUES (7); COMMIT",
      );
    }
    await using server = new ServerProcess(args);
    using client = await RawClient.ready({ port: await server.port() });
    assert.deepEqual(await ask(client, "SELECT n FROM public.t"), [["7"]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

await postgresServerTest("vertica-server takes faults by option and by stdin", async () => {
  await using server = new ServerProcess(["--fault=error:/^select 1$/:55V03"]);
  const port = await server.port();
  using client = await RawClient.ready({ port, label: "mine" });
  assert.equal(await ask(client, "SELECT 1"), "55V03");
  assert.deepEqual(await ask(client, "SELECT 1"), [["1"]]);
  assert.match(await server.command("messages"), /^mine: 2 messages\n1 Q SELECT 1\n2 Q SELECT 1\n/);
  await server.command("fault cut-before:Q");
  assert.equal(codes(await client.query("SELECT 1")), "");
  await server.command("refuse");
  await assert.rejects(RawClient.ready({ port }), Deno.errors.ConnectionRefused);
  await server.command("accept");
  using _next = await RawClient.ready({ port });
});
