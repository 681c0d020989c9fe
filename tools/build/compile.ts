/**
 * `deno task compile`: finpipe as one binary. Deno downloads the runtime that goes under it from its
 * site; `deno task compile:offline` makes a file without that.
 *
 *     deno task compile [--target aarch64-apple-darwin] [--output dist/finpipe]
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { commitToBuild, deno, inTempFolder, ROOT, RUN_FLAGS, stageSource } from "./program.ts";

export interface Compilation {
  /** A path. */
  output: string;
  /** As `deno compile --target` takes it. @default this machine's */
  target?: string | undefined;
  /** Variables for `deno compile`. */
  env?: Record<string, string>;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { target: { type: "string" }, output: { type: "string" } },
  });
  await compile({
    output: resolve(values.output ?? join(ROOT, "dist/finpipe")),
    target: values.target,
  });
}

/** Compiles the program with the commit in it. Packages that only tests use stay out. */
export async function compile({ output, target, env = {} }: Compilation): Promise<void> {
  const commit = await commitToBuild();
  await inTempFolder(async (folder) => {
    await stageSource(folder, commit);
    const options = ["--quiet", "--exclude-unused-npm", "--output", output];
    if (target !== undefined) options.push("--target", target);
    await deno(["compile", ...RUN_FLAGS, ...options, "main.ts"], { cwd: folder, env });
  });
}
