import assert from "node:assert/strict";
import { join } from "node:path";
import { mock } from "node:test";
import { gunzipSync } from "node:zlib";
import { type EmitCall, emitCallOf } from "../../commands/emit.ts";
import { emulate } from "../../lib/events/emulator.ts";
import { emit } from "../../lib/emit/emit.ts";
import { writeFile } from "../../lib/emit/file.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { settle } from "../support/turns.ts";
import { inFolder, namesIn } from "../support/folder.ts";

const NOW = Temporal.Instant.from("2022-10-02T03:04:05Z");
const DAYS = ["emit", "--dates", "2022-10-01..2022-10-02", "--operations-per-day", "20"];
const never = new AbortController().signal;
const stdout = { write: () => Promise.reject(new Error("no name of stdout")) };

/** What `DAYS` asks for. */
function expectedText(): string {
  const [from, to] = ["2022-10-01", "2022-10-02"].map((date) => Temporal.PlainDate.from(date));
  return [...emulate({ from: from!, to: to!, operationsPerDay: 20, seed: 1 })].join("\n") + "\n";
}

Deno.test("options become what is asked for", () => {
  const yesterday = Temporal.PlainDate.from("2022-10-01");
  const defaults: EmitCall = {
    target: "-",
    rate: undefined,
    force: false,
    emulation: { from: yesterday, to: yesterday, operationsPerDay: 1000, seed: 1 },
  };
  assert.deepEqual(emitCallOf({}, NOW), defaults);
  assert.deepEqual(
    emitCallOf(
      {
        to: "a.gz",
        dates: "2022-09-01..2022-10-01",
        operationsPerDay: 0,
        rate: 5,
        seed: 0,
        force: true,
      },
      NOW,
    ),
    {
      target: "a.gz",
      rate: 5,
      force: true,
      emulation: {
        from: Temporal.PlainDate.from("2022-09-01"),
        to: yesterday,
        operationsPerDay: 0,
        seed: 0,
      },
    },
  );
});

Deno.test("a target or a range that there is not is a wrong usage", () => {
  const wrong = [
    { to: "file", topic: "t" },
    { to: "kafka" },
    { to: "kafka", topic: "t", force: true },
    { force: true },
  ];
  for (const options of wrong) {
    assert.throws(() => emitCallOf(options, NOW), (error) => isKind(error, "usage"));
  }
  assert.throws(
    () => emitCallOf({ dates: "2022-10-02..2022-10-01" }, NOW),
    (error) => isKind(error, "usage"),
  );
});

Deno.test("emit writes the same messages to stdout, to a file and compressed", () =>
  inFolder(async (folder) => {
    const text = expectedText();
    const stdout = await runCli(DAYS, { now: NOW });
    assert.deepEqual([stdout.code, stdout.stdout], [0, text]);
    assert.match(stdout.stderr, new RegExp(`Emitted ${text.split("\n").length - 1} messages`));
    const [plain, packed] = [join(folder, "a.jsonl"), join(folder, "a.jsonl.gz")];
    for (const target of [plain, packed]) {
      const { code, stdout } = await runCli([...DAYS, "--json", "--to", target], { now: NOW });
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(stdout), {
        messages: text.split("\n").length - 1,
        from: "2022-10-01",
        to: "2022-10-02",
        operations_per_day: 20,
        seed: 1,
      });
    }
    assert.equal(await Deno.readTextFile(plain), text);
    assert.equal(gunzipSync(await Deno.readFile(packed)).toString(), text);
    assert.deepEqual(await namesIn(folder), ["a.jsonl", "a.jsonl.gz"]);
  }));

Deno.test("wrong options and targets have the exit codes of the command line", () =>
  inFolder(async (folder) => {
    const codeOf = async (...args: string[]) => (await runCli([...DAYS, ...args])).code;
    assert.equal(await codeOf("--to", "kafka", "--topic", "t"), 3, "no broker is named");
    assert.equal(await codeOf("--to", "kafka"), 2, "no topic is named");
    assert.equal(await codeOf("--rate", "0"), 2);
    assert.equal(await codeOf("--seed", "x"), 2);
    assert.equal(await codeOf("--to", folder), 1);
    assert.equal(await codeOf("--to", join(folder, "absent", "a.jsonl")), 1);
    assert.deepEqual(await namesIn(folder), []);
    const { code, stderr } = await runCli([...DAYS, "--to", "/dev/null/a.jsonl"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^finpipe: Cannot write "\/dev\/null\/a.jsonl": a part of the path is a file/,
    );
  }));

Deno.test("a file that holds something is replaced only by force", () =>
  inFolder(async (folder) => {
    const [path, link, empty] = ["a.jsonl", "link", "empty"].map((name) => join(folder, name));
    await Deno.writeTextFile(path!, "old");
    await Deno.symlink(path!, link!);
    await Deno.writeTextFile(empty!, "");
    for (const target of [path!, link!]) {
      for (const more of [[], ["--rate", "1000000"]]) {
        const { code, stderr } = await runCli([...DAYS, "--to", target, ...more]);
        assert.equal(code, 2);
        assert.match(stderr, /a file is there\n {2}Name another file, or replace it with --force/);
      }
    }
    assert.equal(await Deno.readTextFile(path!), "old");
    const emitted = [["--to", empty!], ["--to", link!, "--force"], ["--to", "/dev/null"]];
    for (const args of emitted) assert.equal((await runCli([...DAYS, ...args])).code, 0);
    const texts = await Promise.all([empty!, path!].map((name) => Deno.readTextFile(name)));
    assert.deepEqual(texts, Array(2).fill(expectedText()));
  }));

Deno.test("a file that fails or is interrupted leaves the old one as it was", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    const stop = new Error("stop");
    await Deno.writeTextFile(path, "old");
    await assert.rejects(
      writeFile(path, { growing: false, stdout }, async (write) => {
        await write("new\n");
        throw stop;
      }),
      stop,
    );
    assert.equal(await Deno.readTextFile(path), "old");
    const interrupted = await runCli([...DAYS, "--force", "--to", path], {
      signal: AbortSignal.abort(),
    });
    assert.equal(interrupted.code, 130);
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual(await namesIn(folder), ["a.jsonl"]);
  }));

Deno.test("a growing file can be read while it is written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.jsonl");
    await writeFile(path, { growing: true, stdout }, async (write) => {
      await write("1\n");
      assert.equal(await Deno.readTextFile(path), "1\n");
    });
  }));

Deno.test({
  name: "a full disk is said so",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await assert.rejects(
      writeFile("/dev/full", { growing: false, stdout }, (write) => write("1\n")),
      (error) => isKind(error, "failed") && /"\/dev\/full": the disk is full/.test(error.message),
    );
  },
});

Deno.test("messages are sent at the rate, and caught up with after a wait", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const sent: string[] = [];
    let time = 0;
    const tick = async (milliseconds: number) => {
      time += milliseconds;
      mock.timers.tick(milliseconds);
      await settle();
      return sent.join("");
    };
    const write = (text: string) => {
      sent.push(text);
      return Promise.resolve();
    };
    const options = { rate: 10, signal: never, clock: () => time };
    const done = emit(["a", "b", "c", "d", "e"], write, options);
    assert.equal(await tick(0), "a\n");
    assert.equal(await tick(99), "a\n");
    assert.equal(await tick(1), "a\nb\n");
    assert.equal(await tick(250), "a\nb\nc\nd\n");
    await tick(50);
    assert.equal(await done, 5);
    assert.equal(sent.join(""), "a\nb\nc\nd\ne\n");
  } finally {
    mock.timers.reset();
  }
});

Deno.test("a stop ends the wait for the next message", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  const options = { rate: 1, signal: stop.signal, clock: () => 0 };
  const stopping = emit(["a", "b"], () => Promise.resolve(stop.abort(reason)), options);
  await assert.rejects(stopping, reason);
});

Deno.test("a reader that goes away had enough", async () => {
  const gone = () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  assert.equal(await emit(["a"], gone, { signal: never }), undefined);
});
