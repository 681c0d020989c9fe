/**
 * Makes the files of a release from its binaries: the sums, install.sh and the Homebrew formula for
 * them, the list of what they hold (sbom.ts), and the npm packages.
 *
 *     deno run -A tools/release/assemble.ts --repository owner/name --binaries dist --output release
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { commitToBuild, ROOT, say, VERSION } from "../build/program.ts";
import { makeNpmPackages } from "./npm_packages.ts";
import { runtimePackages } from "./packages.ts";
import { sbomOf } from "./sbom.ts";
import { fileOf, TARGETS } from "./targets.ts";

export interface Release {
  /** Folder with the binary of each target, by {@link fileOf}. */
  binaries: string;
  /** Folder that is made: `files`, which are attached to the release, and `npm`. */
  output: string;
  /** `owner/name` on GitHub. */
  repository: string;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      repository: { type: "string" },
      binaries: { type: "string", default: "dist" },
      output: { type: "string", default: "release" },
    },
  });
  const { repository, binaries, output } = values;
  if (repository === undefined) throw new Error("Name the repository: --repository owner/name");
  await assemble({ repository, binaries: resolve(binaries), output: resolve(output) });
  await say(`Made the release ${VERSION} in ${output}`);
}

/** @throws Error where a binary is missing: a release has all of them */
export async function assemble({ binaries, output, repository }: Release): Promise<void> {
  const from = `https://github.com/${repository}/releases/download/v${VERSION}`;
  const files = join(output, "files");
  await Deno.mkdir(files, { recursive: true });
  const values: Record<string, string> = { VERSION, REPOSITORY: repository, FROM: from };
  const sums: string[] = [];
  for (const target of TARGETS) {
    const name = fileOf(target);
    await Deno.copyFile(join(binaries, name), join(files, name));
    const sum = await sha256Of(join(files, name));
    values[`SHA256:${target.triple}`] = sum;
    sums.push(`${sum}  ${name}\n`);
  }
  const texts: Record<string, string> = { "finpipe.cdx.json": await sbomText() };
  for (const name of ["install.sh", "finpipe.rb"]) {
    const template = await Deno.readTextFile(join(ROOT, "tools/release", name));
    texts[name] = template.replace(/@([A-Z][\w:-]*)@/g, (_, key) => values[key] ?? fail(key));
  }
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(join(files, name), text);
    sums.push(`${await sha256Of(join(files, name))}  ${name}\n`);
  }
  await Deno.writeTextFile(join(files, "SHA256SUMS"), sums.join(""));
  await makeNpmPackages({ binaries, output: join(output, "npm"), targets: TARGETS, repository });
}

async function sbomText(): Promise<string> {
  return `${sbomOf(await runtimePackages(), { commit: await commitToBuild() })}\n`;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function fail(key: string): never {
  throw new Error(`A template asks for ${key}`);
}
