/**
 * Packages from PyPI that tests need, kept in the user's cache: each in a folder for PYTHONPATH, so
 * that Debian's Python without venv will do.
 */
import { inCache, madeOnce } from "./programs.ts";

/**
 * The folder with a package and all that it needs, got if need be.
 *
 * @param requirement name and version, as `vertica-python==1.4.0`
 * @throws Error where it cannot be had
 */
export async function pythonPackages(requirement: string): Promise<string> {
  const folder = inCache("finpipe-test-python", requirement.replace("==", "-"));
  return await madeOnce(folder, (draft) => install(requirement, draft));
}

async function install(requirement: string, folder: string): Promise<void> {
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [...pip, `--target=${folder}`, requirement],
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot get ${requirement} from PyPI: ${said.trim()}`);
}
