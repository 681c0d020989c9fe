/** What a build is made from: the program's source with the commit in it, and how it is to be run. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cp } from "node:fs/promises";
import config from "../../deno.json" with { type: "json" };

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const VERSION: string = config.version;

/** The Deno that finpipe is tested with, and the only one that it is built with. */
export const DENO_VERSION = "2.9.6";

/** How finpipe is run wherever it runs: all that it may ever do, never run or ffi, and V8's settings. */
export const RUN_FLAGS = [
  "--v8-flags=--max-semi-space-size=4,--wasm-tiering-budget=2000000000",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--no-prompt",
];

/** What the program is made from, the SQL and the page among it. */
const SOURCE = ["commands", "lib", "sql", "deno.json", "deno.lock", "LICENSE", "main.ts"];

/** Files of PGlite that code opens at run time, which no import names. */
const ASSETS: readonly [module: string, file: string][] = [
  ["@electric-sql/pglite", "pglite.data"],
  ["@electric-sql/pglite", "pglite.wasm"],
  ["@electric-sql/pglite", "initdb.wasm"],
  ["@electric-sql/pglite-prepopulatedfs", "prepopulatedfs.tgz"],
];

/** Where the files of PGlite lie that a program needs beside its code, in a folder named `dist`. */
export function assetPaths(): string[] {
  return ASSETS.map(([module, file]) =>
    fileURLToPath(new URL(`../dist/${file}`, import.meta.resolve(module)))
  );
}

/**
 * Copies the source into a folder and writes there what only a build knows.
 *
 * @param commit null where it is not known
 */
export async function stageSource(folder: string, commit: string | null): Promise<void> {
  for (const name of SOURCE) {
    const from = join(ROOT, name);
    const to = join(folder, name);
    await Deno.mkdir(dirname(to), { recursive: true });
    await cp(from, to, { recursive: true });
  }
  const build = { commit, packed: true };
  await Deno.writeTextFile(join(folder, "lib/runtime/build.json"), `${JSON.stringify(build)}\n`);
}

/**
 * The commit that is checked out, with `-dirty` after it where files differ from it; null outside of a
 * clone. SOURCE_COMMIT wins: an image is built without `.git`.
 */
export async function commitToBuild(): Promise<string | null> {
  const given = Deno.env.get("SOURCE_COMMIT") ?? "";
  if (given !== "") return given;
  try {
    const args = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
    return (await run("git", args)).trim();
  } catch {
    return null;
  }
}

/** Runs deno; its stdout. @throws Error with its stderr */
export function deno(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return run(Deno.execPath(), args, options);
}

export interface RunOptions {
  env?: Record<string, string>;
  /** @default the root of the project */
  cwd?: string;
}

/** Runs a program; its stdout. @throws Error with its stderr */
export async function run(
  program: string,
  args: readonly string[],
  { env = {}, cwd = ROOT }: RunOptions = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} ${args.join(" ")}:\n${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Runs work with a new folder, which is removed afterwards. */
export async function inTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-build-" });
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Prints a line. */
export async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
