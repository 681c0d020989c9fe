/**
 * A disk in memory for the temporary folders of a run of the tests. Embedded folders and databases
 * are thousands of small files, made and removed, and ext4 takes ever longer to make one after that,
 * as it looks for an inode that was not freed lately: half of the time of the CLI cases.
 *
 * Not /dev/shm, as Deno lets a program write below /dev only with every permission.
 */

/** Bytes of memory that must be free for it; a run of all tests takes less than one GiB. */
const ROOM = 4 * 1024 ** 3;

/**
 * Mounts the disk, and unmounts it when stdin ends: also where the process that wanted it is killed.
 * Lazily, as servers may still be clearing away what they had on it.
 */
const KEEPER = `folder=$1
mount -t tmpfs -o mode=1777 tmpfs "$folder" && echo mounted && read -r _
umount -l "$folder"; rmdir "$folder"`;

/** A folder that is a disk in memory; disposing of it removes both. */
export interface MemoryDisk extends AsyncDisposable {
  folder: string;
}

/**
 * Makes the disk; undefined where memory has no room, or where we may not mount: that takes root.
 *
 * @param options.room bytes of memory that must be free
 */
export async function memoryDisk({ room = ROOM } = {}): Promise<MemoryDisk | undefined> {
  if (Deno.uid() !== 0 || Deno.systemMemoryInfo().available < room) return undefined;
  const folder = await Deno.makeTempDir({ prefix: "finpipe-tests-" });
  const keeper = new Deno.Command("sh", {
    args: ["-c", KEEPER, "sh", folder],
    // Out of reach of a Ctrl-C at the terminal.
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdout = keeper.stdout.getReader();
  const { done } = await stdout.read();
  await stdout.cancel();
  const disk = {
    folder,
    async [Symbol.asyncDispose]() {
      await keeper.stdin.close();
      await keeper.status;
    },
  };
  if (!done) return disk;
  await disk[Symbol.asyncDispose]();
  return undefined;
}
