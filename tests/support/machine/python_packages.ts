/**
 * Packages from PyPI that tests need, kept in the user's cache: each in a folder for PYTHONPATH, so
 * that Debian's Python without venv will do.
 */
import { hash } from "node:crypto";
import { inCache, madeOnce } from "./programs.ts";

/**
 * The folder with a package and all that it needs, got if need be.
 *
 * @param requirement name and version, as `vertica-python==1.4.0`
 * @param constraints a file of the versions of what it needs @default the newest ones
 * @throws Error where it cannot be had
 */
export async function pythonPackages(requirement: string, constraints?: string): Promise<string> {
  const versions = constraints === undefined
    ? ""
    : `-${hash("sha256", await Deno.readTextFile(constraints)).slice(0, 8)}`;
  const folder = inCache("finpipe-test-python", requirement.replace("==", "-") + versions);
  return await madeOnce(folder, (draft) => install(requirement, draft, constraints));
}

async function install(
  requirement: string,
  folder: string,
  constraints: string | undefined,
): Promise<void> {
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (constraints !== undefined) pip.push(`--constraint=${constraints}`);
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [...pip, `--target=${folder}`, requirement],
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot get ${requirement} from PyPI: ${said.trim()}`);
}
