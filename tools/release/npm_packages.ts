/** The npm packages of a release: `finpipe`, a launcher, and one with the binary for each target. */
import { join } from "node:path";
import { ROOT, VERSION } from "../build/program.ts";
import { fileOf, type Target } from "./targets.ts";

const LAUNCHER = join(ROOT, "tools/release/npm/finpipe.js");

const README = `# finpipe

Lands the events of a payments service in PostgreSQL, each exactly once, and builds a mart from them.

    npx finpipe demo
`;

export interface NpmOptions {
  /** Folder of the binaries, by {@link fileOf}. */
  binaries: string;
  /** Folder to make the packages in. */
  output: string;
  targets: readonly Target[];
  /** As npm has it: where the source is. */
  repository: string;
}

/**
 * Makes the folders of the packages, which \`npm pack\` and \`npm publish\` take. npm installs the one for
 * its machine, since each says which that is.
 *
 * @returns their paths, the launcher's last, as they have to be published
 */
export async function makeNpmPackages(options: NpmOptions): Promise<string[]> {
  const { binaries, output, targets, repository } = options;
  const common = {
    version: VERSION,
    license: "MIT",
    repository: { type: "git", url: `git+https://github.com/${repository}.git` },
  };
  const folders: string[] = [];
  for (const target of targets) {
    const { os, cpu, libc } = target;
    const file = `finpipe${os === "win32" ? ".exe" : ""}`;
    const folder = await makePackage(join(output, `${os}-${cpu}`), {
      name: nameOf(target),
      description: `The binary of finpipe for ${os} ${cpu}`,
      ...common,
      os: [os],
      cpu: [cpu],
      ...(libc === undefined ? {} : { libc: [libc] }),
      files: [file],
      preferUnplugged: true,
    });
    await Deno.copyFile(join(binaries, fileOf(target)), join(folder, file));
    await Deno.chmod(join(folder, file), 0o755);
    folders.push(folder);
  }
  const launcher = await makePackage(join(output, "finpipe"), {
    name: "finpipe",
    description: "Lands the events of a payments service, each exactly once, and builds a mart",
    ...common,
    bin: { finpipe: "finpipe.js" },
    files: ["finpipe.js"],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(targets.map((target) => [nameOf(target), VERSION])),
  });
  await Deno.copyFile(LAUNCHER, join(launcher, "finpipe.js"));
  await Deno.chmod(join(launcher, "finpipe.js"), 0o755);
  return [...folders, launcher];
}

function nameOf({ os, cpu }: Target): string {
  return `@finpipe/${os}-${cpu}`;
}

async function makePackage(folder: string, manifest: Record<string, unknown>): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, "package.json"),
    `${JSON.stringify(manifest, undefined, 2)}\n`,
  );
  await Deno.writeTextFile(join(folder, "README.md"), README);
  await Deno.copyFile(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}
