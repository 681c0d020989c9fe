/** Disks that are soon full, for tests. */
import { messageOf } from "../../../lib/runtime/errors.ts";

/**
 * Has a folder be a disk of its own, until it is disposed of.
 *
 * @param size as mount takes it, as `1m`
 * @throws Error that says why there can be none: it takes root, and a container may not let even that
 */
export async function smallDisk(folder: string, size: string): Promise<AsyncDisposable> {
  await run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
  return { [Symbol.asyncDispose]: () => run("umount", folder) };
}

/** Why there can be no small disk; undefined where there can. */
export async function whyNoMount(): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-mount-" });
  try {
    await using _disk = await smallDisk(folder, "1m");
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await Deno.remove(folder);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (success) return;
  // As in `mount: /tmp/x: must be superuser to use mount.`, of which the path is a new one each time.
  const [line] = new TextDecoder().decode(stderr).split("\n");
  throw new Error(`cannot ${command}: ${line!.split(": ").at(-1)}`);
}
