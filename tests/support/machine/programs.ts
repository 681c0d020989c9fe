/** Programs of the machine, and what is got for them: kept in the user's cache. */
import { dirname, join } from "node:path";

/** True where the program lies in a folder of PATH. */
export async function isOnPath(program: string): Promise<boolean> {
  return await pathOf(program) !== undefined;
}

/** Where the program lies in a folder of PATH. */
export async function pathOf(program: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = join(folder, program);
    if (await exists(path)) return path;
  }
  return undefined;
}

/** A path in the user's cache. */
export function inCache(...names: [area: string, ...more: string[]]): string {
  const home = Deno.env.get("HOME") ?? "/";
  return join(Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache"), ...names);
}

/**
 * The folder, which is made if need be. Several processes may do this at once: each makes its own
 * beside it, the first rename wins.
 *
 * @param make fills the draft
 */
export async function madeOnce(
  folder: string,
  make: (draft: string) => Promise<void>,
): Promise<string> {
  if (await exists(folder)) return folder;
  await Deno.mkdir(dirname(folder), { recursive: true });
  const draft = await Deno.makeTempDir({ dir: dirname(folder), prefix: "draft-" });
  try {
    await make(draft);
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    if (!await exists(folder)) throw error;
  }
  return folder;
}

/** True where there is something, be it a link that leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
