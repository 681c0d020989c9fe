/**
 * `deno task licenses`: writes lib/licenses/third_party.json, the licenses of what finpipe holds, which
 * `finpipe licenses` prints. A license that is not allowed ends it.
 */
import { join } from "node:path";
import type { License } from "../../lib/licenses/licenses.ts";
import { DENO_VERSION, ROOT } from "../build/program.ts";
import { type Package, runtimePackages } from "./packages.ts";

const FILE = join(ROOT, "lib/licenses/third_party.json");

/** Licenses that let anybody pass on a program that holds the code: all that they ask for is their text. */
export const ALLOWED = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"];

/** What finpipe holds beside packages, with their texts in tools/release/texts. */
const OTHERS: readonly Omit<License, "text">[] = [
  { name: "Deno", version: DENO_VERSION, license: "MIT" },
  { name: "PostgreSQL", version: "in PGlite", license: "PostgreSQL" },
];

if (import.meta.main) await Deno.writeTextFile(FILE, await thirdPartyJson());

/** What the file should hold. @throws Error that names the packages with other licenses */
export async function thirdPartyJson(): Promise<string> {
  const packages = await runtimePackages();
  const refused = notAllowed(packages);
  if (refused.length > 0) throw new Error(`Licenses that are not allowed: ${refused.join(", ")}`);
  const apache = await licenseFile(packages.find(({ name }) => name === "@electric-sql/pglite")!);
  const licenses: License[] = [];
  for (const { name, version, license } of OTHERS) {
    const text = await Deno.readTextFile(join(ROOT, `tools/release/texts/${name}.txt`));
    licenses.push({ name, version, license, text });
  }
  for (const found of packages) {
    const { name, version, license } = found;
    const text = await licenseFile(found) ?? await licenseInReadme(found) ??
      standard(found, apache!);
    licenses.push({ name, version, license, text: `${text.replaceAll("\r\n", "\n").trim()}\n` });
  }
  return `${JSON.stringify(licenses, undefined, 2)}\n`;
}

/** The packages with a license that is not on the list: `name (license)`. */
export function notAllowed(packages: readonly Pick<Package, "name" | "license">[]): string[] {
  return packages.filter(({ license }) => !ALLOWED.includes(license))
    .map(({ name, license }) => `${name} (${license})`);
}

/** The text of the package's own files: a license, and a notice where there is one. */
async function licenseFile({ folder }: Package): Promise<string | undefined> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(licen[cs]e|copying|notice)/i.test(name)) names.push(name);
  }
  const texts = await Promise.all(
    names.sort().map((name) => Deno.readTextFile(join(folder, name))),
  );
  return texts.length === 0 ? undefined : texts.join("\n");
}

/** The chapter of its README, where that has the text. */
async function licenseInReadme({ folder }: Package): Promise<string | undefined> {
  const text = await Deno.readTextFile(join(folder, "README.md")).catch(() => "");
  const [, chapter] = /^#+ licen[cs]e\s*\n([^]*?)(?=^#|(?![^]))/im.exec(text) ?? [];
  return chapter !== undefined && /permission is hereby granted/i.test(chapter)
    ? chapter
    : undefined;
}

/** The license that its package.json names, where the package has no text of it. */
function standard({ name, license, author }: Package, apache: string): string {
  if (license !== "Apache-2.0") throw new Error(`${name} has no text of its license`);
  return `Copyright ${author}\n\n${apache}`;
}
