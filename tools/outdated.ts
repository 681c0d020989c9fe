/**
 * `deno task outdated`: which packages from npm are behind their newest release, in the program, its
 * tests and the site, and Deno itself; and why those stay that are kept on purpose. It asks npm's
 * registry, by `deno outdated`. With --fail the exit code is 1 if one is behind that is not kept.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import program from "../deno.json" with { type: "json" };
import site from "./site/packages.json" with { type: "json" };

/** Packages that stay at their version, and why. */
export const KEPT: Readonly<Record<string, string>> = {
  kafkajs:
    "finpipe replaces a part of its inside, which it knows of this version: docs/kafka-client.md",
  "vertica-nodejs": "finpipe keeps faults out that it knows of this version: connection/driver.ts",
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A package that is not the newest. */
export interface Behind {
  name: string;
  current: string;
  newest: string;
}

if (import.meta.main) {
  const behind = behindOf(await ask({ ...program.imports, ...site.imports, ...await deno() }));
  const free = behind.filter(({ name }) => !Object.hasOwn(KEPT, name));
  const kept = behind.filter(({ name }) => Object.hasOwn(KEPT, name));
  for (const { name, current, newest } of free) await say(`${name}: ${current}, newest ${newest}`);
  for (const { name, current, newest } of kept) {
    await say(`${name}: ${current}, newest ${newest}; kept, because ${KEPT[name]}`);
  }
  if (behind.length === 0) await say("All packages are the newest");
  if (free.length > 0 && Deno.args.includes("--fail")) Deno.exit(1);
}

/** Deno, as a package, in the version that the gate runs. */
async function deno(): Promise<Record<string, string>> {
  const gate = await Deno.readTextFile(join(ROOT, ".ci/run"));
  return { deno: `npm:deno@${/^readonly DENO_VERSION=(\S+)$/m.exec(gate)![1]}` };
}

/**
 * What `deno outdated` prints of some imports. It runs in a folder of its own: in ours it sees the
 * program's list only.
 *
 * @throws Error if the registry did not answer: then nothing looks outdated
 */
async function ask(imports: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-outdated-" });
  try {
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ imports }));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["outdated"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const complaint = new TextDecoder().decode(stderr);
    if (!success || /Unable to check/.test(complaint)) {
      throw new Error(`Cannot compare with npm's registry: ${complaint}`);
    }
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads the table of `deno outdated`; nothing where it prints none. */
export function behindOf(table: string): Behind[] {
  const rows = stripVTControlCharacters(table).matchAll(
    /^│ npm:(\S+) +│ (\S+) +│ \S+ +│ (\S+) +│$/gm,
  );
  return [...rows].map(([, name, current, newest]) => ({
    name: name!,
    current: current!,
    newest: newest!,
  }));
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
