/**
 * Proves what can be proven about the single binary without downloading `denort`, the runtime that
 * `deno compile` puts under a program (from dl.deno.land, in no package registry): `deno task compile`
 * passes, on deno itself as a stand-in for denort, and every file that the program reads from its own
 * code is in the result, byte for byte, and so is the commit. Packages that only tests use are not.
 *
 * That the program runs without node_modules, cache and configuration is what the tests of the file
 * prove that `deno task compile:offline` makes (tests/long/offline_test.ts).
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "./build/compile.ts";
import { assetPaths, commitToBuild, inTempFolder, ROOT, say } from "./build/program.ts";

/** Texts that the page of a report is made of. */
const PAGE_FILES = [".html", ".css", ".js", ".txt"];

if (import.meta.main) {
  await inTempFolder(checkCompile);
  await say(
    "Not proven here: that the binary starts on denort. Run it on a machine with internet to " +
      "see",
  );
}

/** Compiles as the task does, but for the output, and looks for each file in the result. */
async function checkCompile(folder: string): Promise<void> {
  const output = join(folder, "finpipe");
  await compile({ output, env: { DENORT_BIN: Deno.execPath() } });
  const program = await readLatin1(output, (await Deno.stat(Deno.execPath())).size);
  const files = [
    ...await filesIn(join(ROOT, "sql"), [".sql"]),
    ...await filesIn(join(ROOT, "lib/rendering/mart/page"), PAGE_FILES),
    ...assetPaths(),
  ];
  const missing: string[] = [];
  for (const path of files) {
    if (!program.includes(await readLatin1(path))) missing.push(path);
  }
  if (missing.length > 0) fail(`The binary lacks ${missing.join(", ")}`);
  const build = `{"commit":${JSON.stringify(await commitToBuild())},"packed":true}`;
  if (!program.includes(build)) fail(`The binary does not hold ${build}`);
  if (program.includes(await readLatin1(fileURLToPath(import.meta.resolve("axe-core"))))) {
    fail("The binary holds packages that only tests use");
  }
  const megabytes = Math.round(program.length / 1e6);
  await say(
    `Proven: compiles; holds all ${files.length} files of SQL, page and PGlite, ${megabytes} MB of program`,
  );
}

/** Bytes as characters, since a string is searched ten times faster than a Buffer. */
async function readLatin1(path: string, offset = 0): Promise<string> {
  return Buffer.from(await Deno.readFile(path)).toString("latin1", offset);
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

function fail(message: string): never {
  throw new Error(message);
}
