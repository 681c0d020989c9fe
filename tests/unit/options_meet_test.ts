/** Wherever two options meet, neither is ignored silently: both hold, or the command line is refused. */
import assert from "node:assert/strict";
import { createProgram } from "../../commands/program.ts";
import { COMMANDS } from "../../commands/registry.ts";
import { runCli } from "../support/cli/run_cli.ts";

/** Nothing is opened: a command line that is understood fails on these settings, with 3. */
const env = { FINPIPE_ENGINE: "remote" };

/** Command lines that are refused, and the two of which one would be ignored. */
const REFUSED: readonly [line: string, one: string, other: string][] = [
  ["init --print-sql --json", "--json", "--print-sql"],
  ["doctor --trial --print-sql --json", "--json", "--print-sql"],
  ["doctor --print-sql", "--print-sql", "--trial"],
  ["report --json --format csv", "--json", "--format csv"],
  ["report --json --format table", "--json", "--format table"],
  ["report --json --format html", "--json", "--format html"],
  ["report --plain --json", "--plain", "--json"],
  ["report --plain --format csv", "--plain", "--format csv"],
  ["report --plain --format json", "--plain", "--format json"],
  ["report --plain --explain 2022-10-01 430", "--plain", "--explain"],
  ["report --json --format csv --explain 2022-10-01 430", "--json", "--format csv"],
  ["emit --json", "--json", "--to -"],
  ["emit --json --to -", "--json", "--to -"],
  ["emit --json --to /dev/stdout", "--json", "--to /dev/stdout"],
  ["emit --topic t --to a.jsonl", "--topic", "--to a.jsonl"],
  ["demo --engine remote --log-format text", "--engine remote", "demo"],
  ["config --quiet --log-level debug", "--quiet", "--log-level debug"],
  ["config --quiet --log-level info", "--quiet", "--log-level info"],
  ["backfill --stale --allow-open-day", "--allow-open-day", "without dates"],
  ["backfill --stale --force", "--stale", "--force"],
  ["backfill 2022-10-02 --only dump --from-step cdm", "--only", "--from-step"],
  ["backfill 2022-10-02 --retries 0 --retry-delay 1s", "--retry-delay", "--retries 0"],
  ["backfill 2022-10-02 --only dump --strict", "--strict", '--only "dump"'],
  ["backfill 2022-10-02 --only dump,load --types a", "--types", '--only "dump,load"'],
  ["backfill 2022-10-02 --from-step dwh --allow-shrink", "--allow-shrink", '--from-step "dwh"'],
  ["backfill 2022-10-02 --from-step load --jobs 2", "--jobs 2", "load"],
  ["stream --source a.jsonl --topic t", "--topic", "--source a.jsonl"],
  ["load 2022-10-02 --undo --max-rejected 1", "--undo", "--max-rejected"],
  ["rejected show 7 --limit 3", "--limit", "rejected show"],
  ["rejected replay 7 --reason bad_value", "ids", "filters"],
];

for (const [line, one, other] of REFUSED) {
  Deno.test(`'finpipe ${line}' is refused`, async () => {
    const { code, stdout, stderr } = await runCli(line.split(" "), { env });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    const [message, hint] = stderr.split("\n");
    assert.ok(message!.includes(one) && message!.includes(other), stderr);
    assert.match(hint!, /^ {2}\S/);
  });
}

for (
  const line of [
    "report --json --format json",
    "report --plain --format table",
    "report --quiet --log-level error",
    "report --json --json",
    "report --explain 2022-10-01 430 --json",
    "backfill 2022-10-02 --only cdm --strict --types a",
    "backfill 2022-10-02 --only dump --jobs 2",
    "backfill 2022-10-02 --from-step load --force --max-rejected 3 --strict",
    "backfill 2022-10-02 --retries 0",
  ]
) {
  Deno.test(`'finpipe ${line}' is understood`, async () => {
    const { code, stderr } = await runCli(line.split(" "), { env });
    assert.equal(code, 3, stderr);
  });
}

Deno.test("--quiet wins over a variable of the log", async () => {
  const { stderr } = await runCli(["config", "--quiet"], {
    env: { FINPIPE_LOG_LEVEL: "debug", FINPIPE_TOPIK: "t" },
  });
  assert.match(stderr, /^warn: finpipe does not know FINPIPE_TOPIK/);
});

Deno.test("an option with one value is refused if it is given twice, in every command", async () => {
  const program = createProgram(
    COMMANDS,
    { width: { out: 80, err: 80 }, out() {}, err() {} },
    () => Promise.resolve(),
  );
  const twice = async (command: readonly string[], option: { long?: string }, value: string) => {
    const args = [...command, option.long!, value, option.long!, value];
    const { code, stderr } = await runCli(args, { env });
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, new RegExp(`^finpipe: Cannot take ${option.long} twice\\n {2}\\S`));
  };
  let count = 0;
  const all: { command: string[]; options: typeof program.options }[] = [
    { command: ["config"], options: program.options },
  ];
  for (const { name, load } of COMMANDS) {
    const command = program.commands.find((command) => command.name() === name)!;
    (await load()).default.configure(command);
    all.push({ command: [name], options: command.options });
  }
  for (const { command, options } of all) {
    for (const option of options) {
      if (!option.required || option.variadic || option.long === "--env-file") continue;
      // A parser that refuses the value is asked first.
      const { argChoices: choices } = option;
      const value = choices?.find((choice) => choice === "text") ?? choices?.[0] ??
        (option.parseArg === undefined ? "x" : "1");
      await twice(command, option as { long?: string }, value);
      count++;
    }
  }
  assert.ok(count > 40, String(count));
});
