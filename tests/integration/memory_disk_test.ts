import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { memoryDisk } from "../support/machine/memory_disk.ts";
import { whyNoMount } from "../support/machine/small_disk.ts";
import { skippable } from "../support/skip.ts";

const NAME = "memoryDisk() is a disk of its own, and leaves nothing";

Deno.test(skippable(NAME, await whyNoMount(), isOfItsOwn, { inCi: true }));

async function isOfItsOwn(): Promise<void> {
  const disk = await memoryDisk({ room: 0 });
  assert.ok(disk !== undefined);
  try {
    await Deno.writeTextFile(join(disk.folder, "file"), "kept in memory");
    assert.notEqual((await stat(disk.folder)).dev, (await stat(join(disk.folder, ".."))).dev);
  } finally {
    await disk[Symbol.asyncDispose]();
  }
  await assert.rejects(Deno.stat(disk.folder), Deno.errors.NotFound);
  const mounts = (await Deno.readTextFile("/proc/self/mounts")).split("\n");
  assert.deepEqual(mounts.filter((line) => line.includes(` ${disk.folder} `)), []);
}
