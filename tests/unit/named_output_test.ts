/** What is written to a path that a person named: whole or not at all. */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { namedOutput, refuseExisting, writeNamed } from "../../lib/runtime/named_output.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { CaughtOutput } from "../support/output.ts";

/** Writes it in pieces; what went to stdout. */
async function writeText(path: string, pieces: AsyncIterable<string>): Promise<string> {
  const stdout = new CaughtOutput();
  await writeNamed(path, { stdout, what: `the report to "${path}"` }, async (write) => {
    for await (const piece of pieces) await write(new TextEncoder().encode(piece));
  });
  return stdout.text();
}

async function* streamOf(pieces: readonly string[], failure?: Error): AsyncGenerator<string> {
  yield* pieces;
  if (failure !== undefined) throw failure;
}

async function failureOf(work: Promise<unknown>): Promise<FinpipeError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof FinpipeError, String(error));
  return error;
}

Deno.test("the file holds all pieces, with the rights of any new file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/report.csv`;
    await writeText(path, streamOf(["one\n", "", "zwölf\n"]));
    assert.equal(await Deno.readTextFile(path), "one\nzwölf\n");
    await Deno.writeTextFile(`${folder}/other`, "");
    const modes = await Promise.all([path, `${folder}/other`].map((path) => Deno.stat(path)));
    assert.equal(modes[0]!.mode, modes[1]!.mode);
  });
});

Deno.test("a file that replaces another one has its rights, and is not written against them", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/report.csv`;
    for (const mode of [0o600, 0o664]) {
      await Deno.writeTextFile(path, "old");
      await Deno.chmod(path, mode);
      await writeText(path, streamOf(["new"]));
      assert.equal((await Deno.stat(path)).mode! & 0o777, mode);
      assert.equal(await Deno.readTextFile(path), "new");
    }
    await Deno.chmod(path, 0o400);
    // Root may write whatever the rights say.
    if (Deno.uid() === 0) {
      await writeText(path, streamOf(["newer"]));
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o400);
    } else {
      const { message } = await failureOf(writeText(path, streamOf(["newer"])));
      assert.match(message, /: permission denied$/);
      assert.equal(await Deno.readTextFile(path), "new");
    }
  });
});

Deno.test("a new file is for whom the umask says, one in place of another for whom that was", async () => {
  await inFolder(async (folder) => {
    const before = Deno.umask(0o027);
    try {
      const modeOf = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
      await writeText(`${folder}/new`, streamOf(["new"]));
      assert.equal(await modeOf(`${folder}/new`), 0o640);
      for (const mode of [0o600, 0o664]) {
        await Deno.chmod(`${folder}/new`, mode);
        await writeText(`${folder}/new`, streamOf(["newer"]));
        assert.equal(await modeOf(`${folder}/new`), mode);
      }
    } finally {
      Deno.umask(before);
    }
  });
});

Deno.test("what fails halfway leaves the old file, and nothing beside it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/report.csv`;
    await writeText(path, streamOf(["old"]));
    const failure = new Error("the mart is gone");
    await assert.rejects(writeText(path, streamOf(["new"], failure)), failure);
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual(await namesIn(folder), ["report.csv"]);
  });
});

Deno.test("a link stays a link, and the file it names is replaced", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real`);
    await Deno.writeTextFile(`${folder}/real/report`, "old");
    await Deno.symlink("real/report", `${folder}/link`);
    await writeText(`${folder}/link`, streamOf(["new"]));
    assert.equal(await Deno.readTextFile(`${folder}/real/report`), "new");
    assert.ok((await Deno.lstat(`${folder}/link`)).isSymlink);
    // One that leads to nothing yet, by another link.
    await Deno.symlink("real/new", `${folder}/first`);
    await Deno.symlink("first", `${folder}/second`);
    await writeText(`${folder}/second`, streamOf(["made"]));
    assert.equal(await Deno.readTextFile(`${folder}/real/new`), "made");
    assert.deepEqual(await namesIn(folder), ["first", "link", "real", "second"]);
    await Deno.symlink("round", `${folder}/round`);
    const { message } = await failureOf(writeText(`${folder}/round`, streamOf(["x"])));
    assert.match(message, /its symbolic links form a loop$/);
  });
});

Deno.test("a pipe, a device and stdout by name are written to, and never replaced", async () => {
  await inFolder(async (folder) => {
    await Deno.symlink("/dev/stdout", `${folder}/link`);
    for (const path of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", `${folder}/link`]) {
      assert.equal(await writeText(path, streamOf(["a", "b"])), "ab", path);
    }
    assert.ok((await Deno.lstat(`${folder}/link`)).isSymlink);
    await writeText("/dev/null", streamOf(["x"]));
    assert.ok((await Deno.stat("/dev/null")).isCharDevice);
    const fifo = `${folder}/fifo`;
    assert.ok((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
    const read = Deno.readTextFile(fifo);
    await writeText(fifo, streamOf(["through ", "it"]));
    assert.equal(await read, "through it");
    assert.ok((await Deno.lstat(fifo)).isFifo);
  });
});

Deno.test("a folder that is not there, or a target that is one, is said", async () => {
  await inFolder(async (folder) => {
    const absent = await failureOf(writeText(`${folder}/no/report`, streamOf(["x"])));
    assert.equal(absent.kind, "failed");
    assert.match(
      absent.message,
      /^Cannot write the report to ".*\/no\/report": its folder does not exist$/,
    );
    const target = await failureOf(writeText(folder, streamOf(["x"])));
    assert.match(target.message, /it is a folder$/);
  });
});

Deno.test("a path that cannot be looked at is said, whoever asks first", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "x");
    await Deno.symlink("file/report", `${folder}/link`);
    const paths = {
      [`${folder}/file/report`]: "a part of the path is a file",
      [`${folder}/link`]: "a part of the path is a file",
      [`${folder}/${"a".repeat(300)}`]: "its name is too long for the file system",
    };
    for (const [path, reason] of Object.entries(paths)) {
      for (const asked of [namedOutput, refuseExisting]) {
        const { kind, message, hint } = await failureOf(asked(path));
        assert.deepEqual([kind, message], ["failed", `Cannot write "${path}": ${reason}`]);
        assert.match(hint!, /^Check that its folder/);
      }
      const { message } = await failureOf(writeText(path, streamOf(["x"])));
      assert.equal(message, `Cannot write the report to "${path}": ${reason}`);
    }
  });
});
