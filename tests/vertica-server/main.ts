/** `deno task vertica-server`: the test server as a process of its own, for trying things by hand. */
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { VerticaEngine } from "./engine/mod.ts";
import { DEFAULT_SWITCHES } from "./engine/state.ts";
import { FAULT_HELP, setFault } from "./fault_words.ts";
import { Faults } from "./faults.ts";
import { SERVER, VERTICA_CA } from "./certificates.ts";
import { DATABASE, PASSWORD, startVerticaServer, USER, type VerticaServer } from "./server.ts";
import type { Auth } from "./wire/login.ts";

interface Call {
  port: number;
  data?: string;
  auth: Auth;
  tls?: string;
  lockTimeout?: number;
  fault: string[];
}

const STDIN_HELP =
  `While it runs, it reads lines from stdin: "fault FAULT", "clear" (takes all faults back),
"messages" (what each session has sent), "refuse" (no new connections), "accept" (them again), "restart"
(cuts all connections). SIGINT or SIGTERM ends it.`;

if (import.meta.main) {
  await main(Deno.args);
  // A read of stdin that still waits would keep the process.
  Deno.exit();
}

async function main(args: readonly string[]): Promise<void> {
  const program = new Command("vertica-server")
    .description(
      "A test server that speaks Vertica's wire protocol and SQL, as far as finpipe needs them.\n" +
        `User ${USER}, password ${PASSWORD}, database ${DATABASE}.`,
    )
    .option("--port <port>", "port on loopback, 0 for any that is free", wholeNumber, 5433)
    .option("--data <dir>", "folder that keeps the database (default: none is kept)")
    .addOption(
      new Option("--auth <method>", "how users prove who they are")
        .choices(["trust", "password", "md5", "sha512", "oauth", "second factor"]).default(
          "sha512",
        ),
    )
    .option("--tls <file>", "offer TLS, and write the certificate of its authority to this file")
    .option("--lock-timeout <ms>", "how long a statement waits for a lock", wholeNumber)
    .option("--fault <fault>", "a fault to begin with; may be repeated", collected, [])
    .addHelpText("after", `\n${FAULT_HELP}\n\n${STDIN_HELP}`)
    .action((call: Call) => serve(call));
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    program.error(`error: ${error instanceof Error ? error.message : error}`);
  }
}

async function serve({ port, data, auth, tls, lockTimeout, fault }: Call): Promise<void> {
  const base = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  if (data !== undefined) await Deno.mkdir(resolve(base, data), { recursive: true });
  if (tls !== undefined) await Deno.writeTextFile(resolve(base, tls), VERTICA_CA);
  await using server = await startVerticaServer({
    port,
    auth,
    ...(data === undefined ? {} : { data: resolve(base, data) }),
    ...(tls === undefined ? {} : { tls: SERVER }),
  });
  if (lockTimeout !== undefined) server.engine.lockTimeout = lockTimeout;
  for (const words of fault) setFault(words, server);
  say(`Listening: ${server.url}`);
  const stopped = stopSignal();
  obeyStdin(server);
  await stopped;
}

/** Resolves at the first request to stop. */
async function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  await promise;
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, resolve);
}

/** Obeys the lines of stdin for as long as the process lives. */
async function obeyStdin(server: VerticaServer<VerticaEngine>): Promise<void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      try {
        await obey(line.trim(), server);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

async function obey(line: string, server: VerticaServer<VerticaEngine>): Promise<void> {
  const [word = ""] = line.split(" ");
  if (word === "") return;
  if (word === "fault") setFault(line.slice("fault ".length).trim(), server);
  else if (word === "clear") server.faults.clear();
  else if (word === "refuse") await server.refuse();
  else if (word === "accept") await server.start();
  else if (word === "restart") await server.restart();
  else if (word === "messages") {
    for (const { label, messages } of server.faults.sessions) {
      say(`${label}: ${messages.length} messages`);
      messages.forEach(({ code, statement }, i) => say(`${i + 1} ${code} ${statement}`.trimEnd()));
    }
  } else throw new Error(`Not a command: "${word}"\n${STDIN_HELP}`);
  say("ok");
}

function collected(words: string, before: string[]): string[] {
  try {
    setFault(words, { faults: new Faults(), engine: { switches: { ...DEFAULT_SWITCHES } } });
  } catch {
    throw new InvalidArgumentError("It is no fault; --help lists them.");
  }
  return [...before, words];
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no whole number.");
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
