/**
 * Packages from PyPI that tests need, kept in the user's cache: each in a folder for PYTHONPATH, so
 * that Debian's Python without venv will do.
 */
import { hash } from "node:crypto";
import { join } from "node:path";
import { inCache, madeOnce } from "./programs.ts";

/**
 * The folder with a package and all that it needs, got if need be.
 *
 * @param requirement name and version, as `vertica-python==1.4.0`
 * @param constraints a file of the versions of what it needs @default the newest ones
 * @param more what goes into the same folder; its versions are those of the constraints
 * @throws Error where it cannot be had
 */
export async function pythonPackages(
  requirement: string,
  constraints?: string,
  more: readonly string[] = [],
): Promise<string> {
  const versions = constraints === undefined
    ? ""
    : `-${hash("sha256", await Deno.readTextFile(constraints)).slice(0, 8)}`;
  const folder = inCache("finpipe-test-python", requirement.replace("==", "-") + versions);
  return await madeOnce(folder, (draft) => install([requirement, ...more], draft, constraints));
}

async function install(
  requirements: readonly string[],
  folder: string,
  constraints: string | undefined,
): Promise<void> {
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (constraints !== undefined) pip.push(`--constraint=${constraints}`);
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [...pip, `--target=${folder}`, ...requirements],
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot get ${requirements.join(", ")} from PyPI: ${said.trim()}`);
}

/**
 * Makes a Python that has these packages, and none of the machine's own.
 *
 * @param packages the folder of {@link pythonPackages}
 * @param folder where it is made: its programs are in `bin`
 * @param programs by name the function that each calls, as `module:function`
 */
export async function makePython(
  packages: string,
  folder: string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  const { success, stderr } = await new Deno.Command("python3", {
    args: ["-m", "venv", "--without-pip", folder],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot make a venv: ${new TextDecoder().decode(stderr)}`);
  for await (const { name } of Deno.readDir(join(folder, "lib"))) {
    await Deno.writeTextFile(join(folder, "lib", name, "site-packages/packages.pth"), packages);
  }
  for (const [name, entry] of Object.entries(programs)) {
    const [module, call] = entry.split(":");
    const script = `#!${folder}/bin/python3\nfrom ${module} import ${call}\n${call}()\n`;
    await Deno.writeTextFile(join(folder, "bin", name), script, { mode: 0o755 });
  }
}
