/**
 * Proves what can be proven about the single binary without downloading `denort`, the runtime that
 * `deno compile` puts under a program (from dl.deno.land, in no package registry):
 *
 * 1. `deno task compile` passes with its own arguments, on deno itself as a stand-in for denort,
 * and
 *    every file that the program reads from its own code is in the result, byte for byte.
 * 2. Bundled into one JavaScript file, with PGlite's files beside it, no configuration and no npm
 *    cache, the program runs, the whole demo included.
 */
import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** All that the binary may ever do; never run or ffi. */
const PERMISSIONS = ["env", "net", "read", "sys", "write"];

/** Files of PGlite that code opens at run time, which no import names. */
const ASSETS: readonly [module: string, file: string][] = [
  ["@electric-sql/pglite", "pglite.data"],
  ["@electric-sql/pglite", "pglite.wasm"],
  ["@electric-sql/pglite", "initdb.wasm"],
  ["@electric-sql/pglite-prepopulatedfs", "prepopulatedfs.tgz"],
];

/** Texts that the page of a report is made of. */
const PAGE_FILES = [".html", ".css", ".js", ".txt"];

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-compile-" });
  try {
    await checkCompile(folder);
    await checkBundle(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await say(
    "Not proven here: that the binary starts on denort. Run it on a machine with internet to " +
      "see",
  );
}

/** Compiles as the task does, but for the output, and looks for each file in the result. */
async function checkCompile(folder: string): Promise<void> {
  const [command, subcommand, ...args] = taskArguments();
  if (command !== "deno" || subcommand !== "compile") fail("The task compile is not deno compile");
  const allowed = args.filter((arg) => arg.startsWith("-")).flatMap(permissionOf).sort();
  if (allowed.join() !== PERMISSIONS.join()) {
    fail(`The binary is granted ${allowed.join(", ")} instead of ${PERMISSIONS.join(", ")}`);
  }
  const [heap] = args.filter((arg) => arg.startsWith("--v8-flags="));
  if (heap === undefined || !(await Deno.readTextFile(join(ROOT, "finpipe"))).includes(heap)) {
    fail("The binary and the launcher run V8 with different settings");
  }
  const binary = join(folder, "finpipe");
  await deno(["compile", ...withOutput(args, binary)], { DENORT_BIN: Deno.execPath() });
  const program = await readLatin1(binary, (await Deno.stat(Deno.execPath())).size);
  const files = [
    ...await filesIn(join(ROOT, "sql"), [".sql"]),
    ...await filesIn(join(ROOT, "lib/rendering/mart/page"), PAGE_FILES),
    ...ASSETS.map(assetPath),
  ];
  const missing: string[] = [];
  for (const path of files) {
    if (!program.includes(await readLatin1(path))) missing.push(path);
  }
  if (missing.length > 0) fail(`The binary lacks ${missing.join(", ")}`);
  const megabytes = Math.round(program.length / 1e6);
  await say(
    `Proven: compiles; holds all ${files.length} files of SQL, page and PGlite, ${megabytes} MB of program`,
  );
}

/** Bytes as characters, since a string is searched ten times faster than a Buffer. */
async function readLatin1(path: string, offset = 0): Promise<string> {
  return Buffer.from(await Deno.readFile(path)).toString("latin1", offset);
}

/** Bundles, and runs the bundle where it finds nothing but its own folder. */
async function checkBundle(folder: string): Promise<void> {
  // PGlite's prepared data directory is looked for in `../dist`, the other files beside the code.
  const dist = join(folder, "dist");
  await Deno.mkdir(dist);
  const bundle = join(dist, "finpipe.js");
  await deno(["bundle", "--quiet", "--platform=deno", "--output", bundle, "main.ts"]);
  for (const asset of ASSETS) await Deno.copyFile(assetPath(asset), join(dist, asset[1]));
  const run = (...args: string[]) => runBundle(folder, bundle, args);
  const version = (await run("--version")).trim();
  if (version !== config.version) {
    fail(`The bundle is of version ${version}, not ${config.version}`);
  }
  await run("--help");
  await run("demo");
  const page = await run("--work-dir", "finpipe-demo", "report", "--format", "html");
  if (!page.includes("uPlot") || !page.endsWith("</html>\n")) fail("The bundle writes no page");
  await say(
    "Proven: bundled, --version, --help, demo and its page run without node_modules, cache or config",
  );
}

async function runBundle(folder: string, bundle: string, args: string[]): Promise<string> {
  const permissions = PERMISSIONS.map((name) => `--allow-${name}`);
  const options = ["--no-config", "--no-prompt", "--no-npm", "--cached-only"];
  return await deno(["run", ...options, ...permissions, bundle, ...args], {
    DENO_DIR: join(folder, "empty-cache"),
  }, folder);
}

/** The words of the task `compile`, which needs no shell. */
function taskArguments(): string[] {
  const tasks: Record<string, string | { command?: string }> = config.tasks;
  const task = tasks.compile;
  const command = typeof task === "string" ? task : task?.command;
  if (command === undefined) fail("deno.json has no task compile");
  return command.split(/\s+/);
}

function permissionOf(arg: string): string[] {
  if (arg === "-A" || arg === "--allow-all") return ["all"];
  return arg.match(/^--allow-([a-z]+)/)?.slice(1) ?? [];
}

function withOutput(args: string[], output: string): string[] {
  const at = args.findIndex((arg) => arg === "--output" || arg === "-o");
  return at < 0 ? ["--output", output, ...args] : args.with(at + 1, output);
}

function assetPath([module, file]: readonly [string, string]): string {
  return fileURLToPath(new URL(`../dist/${file}`, import.meta.resolve(module)));
}

/** The files whose names end so, in a folder and those in it. */
async function filesIn(folder: string, ends: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await filesIn(path, ends));
    else if (ends.some((end) => name.endsWith(end))) files.push(path);
  }
  return files;
}

/** Runs deno; its stdout. */
async function deno(
  args: string[],
  env: Record<string, string> = {},
  cwd = ROOT,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) fail(`deno ${args.map((arg) => basename(arg)).join(" ")}:\n${text.decode(stderr)}`);
  return text.decode(stdout);
}

function fail(message: string): never {
  throw new Error(message);
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
