/** Paths that the system allows and finpipe cannot use: long ones, and such as are not UTF-8. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemReason } from "../../lib/runtime/file_failure.ts";
import { realPathOf } from "../../lib/sources/jsonl.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { inFolder } from "../support/folder.ts";

Deno.test("a path that staging could not keep is refused before anything is landed", () =>
  inFolder(async (folder) => {
    const deep = join(folder, ...Array.from({ length: 14 }, (_, at) => `${at}`.padEnd(200, "d")));
    await Deno.mkdir(deep, { recursive: true });
    const path = join(deep, "events.jsonl");
    await Deno.writeTextFile(path, "{}\n");
    const env = { FINPIPE_WORK_DIR: join(folder, "work") };
    const { code, stderr } = await runCli(["stream", "--source", path], { env });
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /events\.jsonl": its path has 2\d{3} bytes, and staging keeps at most 2500$/m,
    );
    assert.match(stderr, /^ {2}Move it to a shorter path, or pass it as stdin, with --source -$/m);
    // One that is just short enough.
    const shorter = join(
      ...deep.split("/").slice(0, -3).map((name) => name || "/"),
      "events.jsonl",
    );
    await Deno.writeTextFile(shorter, "");
    assert.equal(await realPathOf(shorter), await Deno.realPath(shorter));
  }));

Deno.test("a name that is not UTF-8 is told as such, not taken for another", async () => {
  for (const args of [["stream", "--source", "a\ufffdb"], ["--work-dir", "w\ufffd", "init"]]) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^finpipe: Cannot read ".*\ufffd.*" on the command line: it is not UTF-8\n/,
    );
  }
});

Deno.test("a file behind a folder whose name is not UTF-8 is refused", () =>
  inFolder(async (folder) => {
    const script = 'mkdir "$1/$(printf "a\\377")" && : > "$1/$(printf "a\\377")/e" && ' +
      'ln -s "$(printf "a\\377")/e" "$1/link"';
    const made = await new Deno.Command("sh", { args: ["-c", script, "sh", folder] }).output();
    assert.ok(made.success);
    await assert.rejects(realPathOf(join(folder, "link")), {
      message: /^Cannot read ".*": its path is not UTF-8$/,
    });
    await new Deno.Command("sh", { args: ["-c", 'rm -r "$1"/*', "sh", folder] }).output();
  }));

Deno.test("a variable that is not UTF-8 is a configuration error", async () => {
  const [program, ...words] = ["sh", "-c", 'FINPIPE_TOPIC=$(printf "a\\377") exec "$@"', "sh"];
  const { code, stderr } = await spawnCli(["stream", "--source", "kafka"], {
    env: { FINPIPE_KAFKA_BROKERS: "127.0.0.1:1", FINPIPE_ENGINE: "embedded" },
    through: [program!, ...words],
  }).result;
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^finpipe: Cannot read FINPIPE_TOPIC: it is not UTF-8\n/m);
});

Deno.test("under /proc the reason is the runtime's, without its flags", async () => {
  const { code, stderr } = await spawnCli(["--work-dir", "/proc/finpipe", "init"]).result;
  assert.equal(code, 3, stderr);
  const why =
    'Cannot use the work dir "/proc/finpipe": the runtime does not let programs read or write there';
  assert.ok(stderr.includes(`finpipe: ${why}\n`), stderr);
});

Deno.test("what a system says of a file is said without the runtime's own words", async () => {
  const reasonOf = (path: string) => Deno.readTextFile(path).then(String, systemReason);
  assert.equal(await reasonOf("/"), "it is a folder");
  assert.equal(await reasonOf("/absent"), "there is no such file");
  assert.equal(await reasonOf("/etc/passwd/a"), "a part of the path is a file");
  assert.equal(
    systemReason(new Error("Input/output error (os error 5): readfile '/a\nb'")),
    "input/output error",
  );
});
