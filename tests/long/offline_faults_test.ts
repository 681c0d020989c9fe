/** The file of `deno task compile:offline` where it cannot be unpacked, or not to its end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { namesIn, offlineFile, runFile, startFile, testFolder } from "../support/cli/offline.ts";
import { signalGroup } from "../support/machine/process_group.ts";
import { smallDisk, whyNoMount } from "../support/machine/small_disk.ts";
import { skippable } from "../support/skip.ts";
import { until } from "../support/until.ts";

const noMount = await whyNoMount();
const notRoot = Deno.uid() === 0 ? undefined : "only root can give a folder to another user";

/** Runs it with this cache; what it says in the end, and what it leaves there. */
async function start(file: string, cache: string, env: Record<string, string> = {}) {
  const result = await runFile(file, ["-V"], { env: { XDG_CACHE_HOME: cache, ...env } });
  const left = (await namesIn(join(cache, "finpipe"))).map((name) =>
    name.replace(/^[0-9a-f]{16}$/, "#")
  );
  return { ...result, left };
}

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  Deno.test(`${signal} while it is unpacked: the next start unpacks it again`, async () => {
    await using folder = await testFolder();
    const file = await offlineFile();
    const cache = join(folder.path, "finpipe");
    const child = startFile(file, ["-V"], { env: { XDG_CACHE_HOME: folder.path }, detached: true });
    await until(async () => {
      const [name] = await namesIn(cache);
      return name !== undefined && (await namesIn(join(cache, name))).includes("finpipe");
    });
    signalGroup(child.pid, signal);
    const { code } = await child.output();
    assert.equal(code, { SIGKILL: 137, SIGTERM: 143 }[signal]);
    const names = await namesIn(cache);
    assert.ok(names.every((name) => name.startsWith("new-")), names.join());
    assert.equal(names.length, signal === "SIGKILL" ? 1 : 0);
    // Who was killed yesterday left what nobody else is at work with.
    for (const name of names) await Deno.utime(join(cache, name), 0, 0);
    const { code: next, left, stderr } = await start(file, folder.path);
    assert.deepEqual([next, left], [0, ["#"]], stderr);
  });
}

Deno.test("killed between the files and the mark that all are there: it is unpacked again", async () => {
  await using folder = await testFolder();
  const file = await offlineFile();
  await start(file, folder.path);
  const cache = join(folder.path, "finpipe");
  const program = join(cache, (await namesIn(cache))[0]!);
  await Deno.remove(join(program, "ready"));
  await Deno.remove(join(program, "dist/main.js"));
  await Deno.writeTextFile(join(program, "finpipe"), "half");
  assert.deepEqual([(await start(file, folder.path)).code], [0]);
});

Deno.test("a file that is damaged or cut says so, and leaves nothing", async () => {
  await using folder = await testFolder();
  const whole = await Deno.readFile(await offlineFile());
  const file = join(folder.path, "finpipe");
  const broken: [name: string, bytes: Uint8Array][] = [
    ["half", whole.subarray(0, whole.length / 2)],
    ["all but its end", whole.subarray(0, whole.length - 6)],
    ["a byte changed", whole.with(whole.length - 1_000_000, whole.at(-1_000_000)! ^ 1)],
  ];
  for (const [name, bytes] of broken) {
    await Deno.writeFile(file, bytes, { mode: 0o755 });
    const { code, stderr, left } = await start(file, join(folder.path, "cache"));
    assert.deepEqual([code, left], [1, []], name);
    assert.match(
      stderr,
      /^finpipe: Cannot unpack finpipe into [^]*\n {2}If the file .* is damaged, get it again/,
    );
  }
});

Deno.test("a file for another machine says so", async () => {
  await using folder = await testFolder();
  await Deno.writeTextFile(join(folder.path, "uname"), "#!/bin/sh\necho Plan9", { mode: 0o755 });
  const PATH = `${folder.path}:${Deno.env.get("PATH")}`;
  const { code, stderr } = await start(await offlineFile(), folder.path, { PATH });
  assert.equal(code, 1);
  assert.match(stderr, /^finpipe: This file is for \w+ \w+, and this machine is Plan9 Plan9\n/);
});

Deno.test(skippable("a folder that another user has, or a link, is refused", notRoot, async () => {
  await using folder = await testFolder();
  const file = await offlineFile();
  const cache = join(folder.path, "finpipe");
  await start(file, folder.path);
  await Deno.chown(cache, 65534, 65534);
  const refused = await start(file, folder.path);
  assert.equal(refused.code, 3);
  assert.match(
    refused.stderr,
    /: it is another user's, or a link\n {2}Set XDG_CACHE_HOME to a folder/,
  );
  await Deno.chown(cache, 0, 0);
  assert.equal((await start(file, folder.path)).code, 0);
  await Deno.rename(cache, join(folder.path, "other"));
  await Deno.symlink("other", cache);
  assert.equal((await start(file, folder.path)).code, 3);
}));

Deno.test(skippable("a full disk is exit 1, and nothing is left on it", noMount, async () => {
  await using folder = await testFolder();
  await using _disk = await smallDisk(folder.path, "40m");
  const { code, stderr, left } = await start(await offlineFile(), folder.path);
  assert.deepEqual([code, left], [1, []]);
  assert.match(
    stderr,
    /No space left on device[^]*If the disk is full: Set XDG_CACHE_HOME to a folder/,
  );
}));

Deno.test(
  skippable("a read-only cache is exit 3, but not if it was unpacked before", noMount, async () => {
    await using folder = await testFolder();
    await using _disk = await smallDisk(folder.path, "400m");
    const file = await offlineFile();
    const remount = async (mode: string) => {
      const args = ["-o", `remount,${mode}`, folder.path];
      assert.ok((await new Deno.Command("mount", { args }).output()).success);
    };
    assert.equal((await start(file, folder.path)).code, 0);
    await remount("ro");
    const again = await start(file, folder.path);
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    const { code, stderr } = await start(file, join(folder.path, "another"));
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^finpipe: Cannot make the folder .*: Read-only file system\n {2}Set XDG_CACHE_HOME /,
    );
  }),
);

Deno.test(skippable("a file system with noexec is told of", noMount, async () => {
  await using folder = await testFolder();
  await using _disk = await smallDisk(folder.path, "400m,noexec");
  const { code, stderr, left } = await start(await offlineFile(), folder.path);
  assert.deepEqual([code, left], [1, []]);
  assert.match(stderr, /Permission denied\n.*without noexec: XDG_CACHE_HOME names another\n$/);
}));
