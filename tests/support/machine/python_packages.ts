/**
 * Packages from PyPI that tests need, kept in the user's cache: each in a folder for PYTHONPATH, so
 * that Debian's Python without venv will do.
 */
import { join } from "node:path";

/**
 * The folder with a package and all that it needs, got if need be.
 *
 * @param requirement name and version, as `vertica-python==1.4.0`
 * @throws Error where it cannot be had
 */
export async function pythonPackages(requirement: string): Promise<string> {
  const home = Deno.env.get("HOME") ?? "/";
  const cache = join(
    Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache"),
    "finpipe-test-python",
  );
  const folder = join(cache, requirement.replace("==", "-"));
  if (await exists(folder)) return folder;
  await Deno.mkdir(cache, { recursive: true });
  // Several processes may do this at once: each makes its own, the first rename wins.
  const draft = await Deno.makeTempDir({ dir: cache, prefix: "draft-" });
  try {
    await install(requirement, draft);
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    if (!await exists(folder)) throw error;
  }
  return folder;
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

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
