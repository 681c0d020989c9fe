/** Command lines that finpipe tells people to type. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createProgram } from "../../commands/program.ts";
import { COMMANDS } from "../../commands/registry.ts";
import { CommandLines, shellQuoted } from "../../lib/runtime/command_lines.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("a command in a text is completed with program, engine and work dir", () => {
  const flags = { engine: "embedded", workDir: "my data", quiet: true, retryFor: "1s" };
  const lines = new CommandLines(() => "./finpipe", flags);
  const whole = './finpipe --engine embedded --work-dir "my data"';
  assert.equal(lines.of("init"), `${whole} init`);
  const twice = lines.complete("Run 'finpipe dump 2022-10-02' first; then 'finpipe load'");
  assert.equal(twice, `Run '${whole} dump 2022-10-02' first; then '${whole} load'`);
  assert.equal(lines.complete(twice), twice);
  assert.equal(lines.complete("this finpipe knows 3"), "this finpipe knows 3");
});

Deno.test("what a run works on is said to the next one, where that takes it and does not say it itself", () => {
  const loading = new CommandLines(() => "finpipe", { dataset: "currencies", engine: "remote" });
  const text = loading.complete("'finpipe dump 2022-10-02' and 'finpipe cdm 2022-10-02'");
  assert.equal(
    text,
    "'finpipe --engine remote dump --dataset currencies 2022-10-02' and " +
      "'finpipe --engine remote cdm 2022-10-02'",
  );
  assert.equal(
    loading.complete("'finpipe load 2022-10-02 --dataset transactions --undo'"),
    "'finpipe --engine remote load 2022-10-02 --dataset transactions --undo'",
  );
  const landing = new CommandLines(() => "finpipe", { topic: "my topic", group: "g" });
  const once = landing.complete("Let 'finpipe stream' read on; 'finpipe source list'");
  assert.equal(
    once,
    `Let 'finpipe stream --topic "my topic" --group g' read on; 'finpipe source list'`,
  );
  assert.equal(landing.complete(once), once);
});

Deno.test("without options a command is completed with the program alone", () => {
  const lines = new CommandLines(() => '"/opt/fin pipe/finpipe"', {});
  assert.equal(lines.complete("Run 'finpipe init'"), `Run '"/opt/fin pipe/finpipe" init'`);
  assert.equal(new CommandLines(() => "finpipe", {}).complete("'finpipe init'"), "'finpipe init'");
});

Deno.test("variables that must not hold are taken away", () => {
  const lines = new CommandLines(() => "finpipe", {}, ["FINPIPE_MART_SCHEMA", "FINPIPE_X"]);
  assert.equal(lines.of("report"), "env -u FINPIPE_MART_SCHEMA -u FINPIPE_X finpipe report");
});

Deno.test("a hint is completed once, its failure stays the same", () => {
  const lines = new CommandLines(() => "finpipe", { workDir: "x" });
  const given = new FinpipeError("prerequisite", "No file", { hint: "Run 'finpipe dump'" });
  const { kind, message, hint } = lines.completeHint(given) as FinpipeError;
  const whole = "Run 'finpipe --work-dir x dump'";
  assert.deepEqual({ kind, message, hint }, {
    kind: "prerequisite",
    message: "No file",
    hint: whole,
  });
  const other = new CommandLines(() => "finpipe", { workDir: "y" });
  assert.equal((other.completeHint(lines.completeHint(given)) as FinpipeError).hint, whole);
  const bug = new TypeError("no");
  assert.equal(lines.completeHint(bug), bug);
});

Deno.test("a shell reads each word as it was", async () => {
  const words = [
    "",
    "a b",
    "it's",
    '"',
    "$HOME `x` \\",
    "!!",
    "~",
    "*",
    "é",
    "a'b$c\"d",
    "-x",
    "=ls",
  ];
  const script = `printf '%s\\n' ${words.map(shellQuoted).join(" ")}`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).slice(0, -1).split("\n"), words);
  assert.equal(shellQuoted("./finpipe-data"), "./finpipe-data");
  assert.equal(shellQuoted("a\nb\x1b'\\\x9b"), "$'a\\x0ab\\x1b\\'\\\\\\u009b'");
});

/** What stands in a command of a source for a value. */
const VALUES: readonly [expression: RegExp, value: string][] = [
  [/\$\{dayArgument\(\w+\)\}/g, "2022-10-02"],
  [/\$\{command\(first\)\}/g, "cdm 2022-10-02"],
  [/\$\{dataset\}\$\{option\}/g, "transactions"],
  [/\$\{basename\(path, ".csv"\)\}/g, "2022-10-01"],
  [/\$\{range\}/g, "2022-10-02..2022-10-06"],
  [/\$\{day\}/g, "2022-10-02"],
  [/\$\{action\}/g, "explain"],
  [/\$\{words\.join\(" "\)\}/g, "2022-10-02..2022-10-06"],
  [/\$\{shellQuoted\(topic\)\}/g, "payments"],
  [/\$\{names(\.join\(" "\))?\}/g, "payments:2 payments:3"],
];

Deno.test("every command that a text names can be typed as it stands", async () => {
  const names = COMMANDS.map(({ name }) => name).join("|");
  const found: string[] = [];
  for (const path of await sources("commands", "lib")) {
    const code = await Deno.readTextFile(path);
    // Help shows its examples under a heading, and they stand for themselves.
    const texts = code.replaceAll(/applicationName: .*/g, "").replace(
      /^( +)examples: \[\n.*?^\1\],\n/gms,
      "",
    )
      .replace(/^\s*(\/?\*|\/\/).*$/gm, "");
    for (const [line] of texts.matchAll(new RegExp(`.?\\bfinpipe (?:${names})\\b.*`, "g"))) {
      if (/^.finpipe demo"\);/.test(line)) continue; // The help's last line.
      const [, command] = /^'finpipe ([^']+)'/.exec(line) ?? [];
      assert.ok(command, `${path}: a command stands in single quotes: ${line}`);
      found.push(
        VALUES.reduce((text, [expression, value]) => text.replace(expression, value), command),
      );
    }
  }
  assert.ok(found.length > 15, `only ${found.length} found`);
  for (const command of found) {
    assert.doesNotMatch(command, /[${}]/, "give the expression a value above");
    assert.doesNotMatch(command, /^(dump|load|cdm)$/, "a day is named, else it is today's run");
    let called = false;
    const program = createProgram(COMMANDS, {
      out() {},
      err() {},
      width: { out: undefined, err: undefined },
    }, async () => {
      await Promise.resolve();
      called = true;
    });
    await program.parseAsync(command.split(" "), { from: "user" });
    assert.ok(called, command);
  }
});

async function sources(...folders: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
      if (isDirectory) paths.push(...await sources(`${folder}/${name}`));
      else if (name.endsWith(".ts")) paths.push(fileURLToPath(new URL(`${folder}/${name}`, ROOT)));
    }
  }
  return paths;
}
