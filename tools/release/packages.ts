/** The npm packages that finpipe holds, by its imports and deno.lock; those that only tests use are not. */
import { join } from "node:path";
import { deno, ROOT } from "../build/program.ts";

/** A package of npm. */
export interface Package {
  name: string;
  version: string;
  /** As its package.json names it: an SPDX identifier, or what they wrote there. */
  license: string;
  author: string;
  /** Where Deno keeps it. */
  folder: string;
  /** The sha512 of its archive, in base64, from deno.lock. */
  sha512: string;
  /** Whether finpipe itself imports it. */
  isDirect: boolean;
  /** The names of the packages that it needs. */
  dependencies: readonly string[];
}

/** Packages that are bundled into the page of a report, whose script is a text for the program. */
const OF_THE_PAGE = ["uplot"];

/** What `deno info --json` says. */
interface Info {
  modules: readonly { kind?: string; npmPackage?: string }[];
  npmPackages: Readonly<Record<string, InfoPackage>>;
}

interface InfoPackage {
  name: string;
  version: string;
  dependencies: readonly string[];
  localPath: string;
}

/** All of them, by name. They have to be in Deno's cache, as after any start. */
export async function runtimePackages(): Promise<Package[]> {
  const { modules, npmPackages }: Info = JSON.parse(await deno(["info", "--json", "main.ts"]));
  const imported = modules.flatMap(({ kind, npmPackage }) => kind === "npm" ? [npmPackage!] : []);
  const ofThePage = Object.keys(npmPackages)
    .filter((id) => OF_THE_PAGE.includes(npmPackages[id]!.name));
  const found = new Set<string>();
  const direct = new Set([...imported, ...ofThePage].filter((id) => !id.startsWith("@types/")));
  const left = [...direct];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...npmPackages[id]!.dependencies);
  }
  const lock: Lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const packages = await Promise.all([...found].map(async (id) => ({
    ...await readPackage(id, npmPackages, lock),
    isDirect: direct.has(id),
  })));
  return packages.sort((one, other) => one.name < other.name ? -1 : 1);
}

/** What deno.lock says of packages. */
interface Lock {
  npm: Readonly<Record<string, { integrity: string }>>;
}

async function readPackage(
  id: string,
  all: Info["npmPackages"],
  lock: Lock,
): Promise<Omit<Package, "isDirect">> {
  const { name, version, dependencies, localPath } = all[id]!;
  const manifest = JSON.parse(await Deno.readTextFile(join(localPath, "package.json")));
  const { author } = manifest;
  return {
    name,
    version,
    license: String(manifest.license ?? "none"),
    author: typeof author === "string" ? author : author?.name ?? `the authors of ${name}`,
    folder: localPath,
    sha512: lock.npm[id]!.integrity.replace("sha512-", ""),
    dependencies: dependencies.map((dependency) => all[dependency]!.name),
  };
}
