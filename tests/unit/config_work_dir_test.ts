import assert from "node:assert/strict";
import { join } from "node:path";
import { lookAtWorkDir, prepareWorkDir, requireEmbedded } from "../../lib/config/work_dir.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { inFolder, namesIn } from "../support/folder.ts";

Deno.test("a work dir is made closed to other users, with its parents, and left empty", () =>
  inFolder(async (folder) => {
    const workDir = join(folder, "a", "b");
    await prepareWorkDir(workDir);
    const { mode } = await Deno.stat(workDir);
    assert.equal(mode! & 0o777, 0o700);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(workDir)), []);
  }));

Deno.test("a work dir that is there keeps its mode and its files", () =>
  inFolder(async (folder) => {
    await Deno.chmod(folder, 0o750);
    await Deno.writeTextFile(join(folder, "file"), "");
    await Deno.mkdir(join(folder, "partitions"));
    await prepareWorkDir(folder);
    const { mode } = await Deno.stat(folder);
    assert.equal(mode! & 0o777, 0o750);
    assert.deepEqual(await namesIn(folder), ["file", "partitions"]);
  }));

Deno.test("a folder of somebody else's files is not filled", () =>
  inFolder(async (folder) => {
    // What file systems and desktops leave in a folder that is empty for a person.
    await Deno.mkdir(join(folder, "lost+found"));
    await Deno.writeTextFile(join(folder, ".gitkeep"), "");
    await prepareWorkDir(folder);
    await Deno.writeTextFile(join(folder, "letter.txt"), "");
    for (const look of [prepareWorkDir, lookAtWorkDir]) {
      await assert.rejects(
        look(folder),
        (error) =>
          isKind(error, "configuration") &&
          /holds other files, as "letter.txt"/.test(error.message),
      );
    }
    assert.deepEqual(await namesIn(folder), [".gitkeep", "letter.txt", "lost+found"]);
  }));

Deno.test("a look at a work dir that is absent makes none", () =>
  inFolder(async (folder) => {
    assert.equal(await lookAtWorkDir(join(folder, "a", "b")), folder);
    assert.equal(await lookAtWorkDir(folder), folder);
    await assert.rejects(
      requireEmbedded(join(folder, "a")),
      /There is no embedded engine in ".*a"/,
    );
    assert.deepEqual(await namesIn(folder), []);
  }));

Deno.test("a file in the place of the work dir, or above it, is a configuration error", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const cases = [[file, "there is a file of that name"], [
      join(file, "x"),
      "a part of the path is a file",
    ]];
    for (const [workDir, reason] of cases) {
      await assert.rejects(
        prepareWorkDir(workDir!),
        (error) =>
          isKind(error, "configuration") &&
          error.message === `Cannot use the work dir "${workDir}": ${reason}` &&
          error.hint!.includes("--work-dir"),
      );
    }
  }));

Deno.test("a work dir that cannot be written is a configuration error", () =>
  inFolder(async (folder) => {
    // Root may write anywhere but in /proc; others may not write in a folder of mode 0500.
    const closed = Deno.uid() === 0 ? "/proc/1" : folder;
    if (Deno.uid() !== 0) await Deno.chmod(folder, 0o500);
    await assert.rejects(
      prepareWorkDir(closed),
      (error) => isKind(error, "configuration") && error.message.includes(`"${closed}"`),
    );
    await Deno.chmod(folder, 0o700);
  }));
