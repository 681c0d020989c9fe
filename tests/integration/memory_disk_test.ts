import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { memoryDisk } from "../support/memory_disk.ts";

Deno.test("memoryDisk() is a disk of its own where it can be had, and leaves nothing", async () => {
  const disk = await memoryDisk();
  // No root, or too little memory: the tests run on the disk that there is.
  if (disk === undefined) return;
  try {
    await Deno.writeTextFile(join(disk.folder, "file"), "kept in memory");
    assert.notEqual((await stat(disk.folder)).dev, (await stat(join(disk.folder, ".."))).dev);
  } finally {
    await disk[Symbol.asyncDispose]();
  }
  await assert.rejects(Deno.stat(disk.folder), Deno.errors.NotFound);
  assert.deepEqual(await mounts(disk.folder), []);
});

async function mounts(folder: string): Promise<string[]> {
  const lines = (await Deno.readTextFile("/proc/self/mounts")).split("\n");
  return lines.filter((line) => line.includes(` ${folder} `));
}
