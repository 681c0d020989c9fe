/**
 * `deno task compile:offline`: finpipe as one file that needs no download to be made: the deno that runs
 * this, the bundled program and PGlite's files, behind a script that unpacks them (offline.sh).
 *
 *     deno task compile:offline [--output dist/finpipe]
 */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzip } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import {
  assetPaths,
  commitToBuild,
  deno,
  DENO_VERSION,
  inTempFolder,
  ROOT,
  run,
  RUN_FLAGS,
  say,
  stageSource,
  VERSION,
} from "./program.ts";

/** Nothing is looked for outside of what was unpacked. */
const OWN_FLAGS = [
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  "--cached-only",
];

if (import.meta.main) {
  const { values } = parseArgs({ options: { output: { type: "string" } } });
  const output = resolve(values.output ?? join(ROOT, "dist/finpipe"));
  const bytes = await packOffline(output);
  await say(`Made ${output}, ${Math.round(bytes / 1e6)} MB`);
}

/**
 * Makes the file. The same source and Deno give the same bytes.
 *
 * @param level of gzip: 1 takes a second, 9 takes eight and saves a tenth
 * @returns its size in bytes
 */
export async function packOffline(output: string, level = 9): Promise<number> {
  if (Deno.build.os === "windows") throw new Error("The file is a script for sh, not for Windows");
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(`This is Deno ${Deno.version.deno}: make the file with Deno ${DENO_VERSION}`);
  }
  const commit = await commitToBuild();
  const entries = await inTempFolder(async (folder) => {
    await stageSource(folder, commit);
    return await programEntries(folder);
  });
  const tar = await packTar(entries);
  const payload = await promisify(gzip)(tar, { level });
  const script = await filledScript({
    VERSION: `finpipe ${VERSION} (commit ${commit ?? "unknown"}, Deno ${Deno.version.deno})`,
    SYSTEM: `${(await run("uname", ["-s"])).trim()} ${(await run("uname", ["-m"])).trim()}`,
    HASH: createHash("sha256").update(payload).digest("hex").slice(0, 16),
    MEGABYTES: String(Math.ceil(tar.length / 1e6)),
    FLAGS: [...RUN_FLAGS, ...OWN_FLAGS].join(" "),
  });
  await Deno.mkdir(join(output, ".."), { recursive: true });
  // Under another name first, since a file that runs cannot be written.
  const draft = `${output}.new`;
  using file = await Deno.open(draft, { write: true, create: true, truncate: true, mode: 0o755 });
  for (const bytes of [new TextEncoder().encode(script), payload]) {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  await Deno.rename(draft, output);
  return script.length + payload.length;
}

/** What is unpacked: `finpipe`, which is deno, and `dist` with the program beside PGlite's files. */
async function programEntries(folder: string): Promise<TarEntry[]> {
  const dist = join(folder, "dist");
  // A command's code is read when it is called: half of the time of a start.
  const options = ["--quiet", "--platform=deno", "--code-splitting", "--outdir", dist];
  await deno(["bundle", ...options, "main.ts"], { cwd: folder });
  for (const path of assetPaths()) await Deno.copyFile(path, join(dist, basename(path)));
  const names: string[] = [];
  for await (const { name } of Deno.readDir(dist)) names.push(name);
  const files = names.sort().map((name) => ({ name: `dist/${name}`, mode: 0o600 }));
  return await Promise.all(
    [{ name: "finpipe", mode: 0o700 }, ...files].map(async ({ name, mode }) => {
      const path = name === "finpipe" ? Deno.execPath() : join(folder, name);
      const body = await Deno.readFile(path);
      const header = { name, mode, size: body.length, type: "file" as const, mtime: new Date(0) };
      return { header, body };
    }),
  );
}

/** The script with its values, which hold neither quotes nor line ends. */
async function filledScript(values: Record<string, string>): Promise<string> {
  const template = await Deno.readTextFile(join(ROOT, "tools/build/offline.sh"));
  const all: Record<string, string> = { ...values, LINES: String(template.split("\n").length - 1) };
  return template.replace(/@([A-Z]+)@/g, (_, name) => all[name]!);
}
