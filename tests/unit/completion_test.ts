/** What may stand next on a command line. */
import assert from "node:assert/strict";
import { complete, type KnownDates } from "../../commands/completion/candidates.ts";
import { SCRIPTS, SHELLS } from "../../commands/completion/shells.ts";
import { createProgram } from "../../commands/program.ts";
import { COMMANDS } from "../../commands/registry.ts";
import { runCli } from "../support/cli/run_cli.ts";

const DATES = ["2022-09-30", "2022-10-01", "2022-10-02"];

function configure(command: { name(): string }) {
  const found = COMMANDS.find(({ name }) => name === command.name());
  // The help command has its arguments already.
  if (found === undefined) return Promise.resolve();
  return found.load().then(({ default: definition }) => definition.configure(command as never));
}

/** What there is for the last of the words, and for which dates it asked. */
async function of(line: string, asked: unknown[] = []) {
  const dates: KnownDates = (kind, values) => {
    asked.push([kind, values]);
    return Promise.resolve(DATES);
  };
  const program = createProgram(COMMANDS, { out() {}, err() {} }, () => Promise.resolve());
  const { candidates, paths } = await complete(line.split(" "), { program, configure, dates });
  return [...candidates.map(({ text }) => text), ...(paths === undefined ? [] : [`:${paths}`])];
}

for (
  const [line, ...wanted] of [
    ["rep", "report"],
    ["comp", "completions"],
    ["nonsense --"],
    ["nonsense rep"],
    ["--engine ", "embedded", "remote"],
    ["--engine=r", "--engine=remote"],
    ["--work-dir ", ":dirs"],
    ["--env-file a", ":files"],
    ["--env-file a --env-f", "--env-file"],
    ["--work-dir a --work-d"],
    ["--work-dir report ser", "serve"],
    ["report --format ", "table", "csv", "json", "html"],
    ["report --format csv --fo"],
    ["report --format = c", "csv"],
    ["report --format =", "table", "csv", "json", "html"],
    ["report --format=j", "--format=json"],
    ["report --json=", ...[]],
    ["report --log-f", "--log-format"],
    ["report --out ", ":files"],
    ["report 2022-10", "2022-10-01", "2022-10-02"],
    ["report 2022-10-01..", "2022-10-01..2022-10-01", "2022-10-01..2022-10-02"],
    ["report 2022-10-01 "],
    ["report --explain ", ...DATES],
    ["dump --partition ", ...DATES],
    ["dump --dataset t", "transactions"],
    ["backfill --only ", "dump", "load", "dwh", "cdm"],
    ["backfill --from-step c", "cdm"],
    ["stream --source ", "kafka", "-", ":files"],
    ["emit --to k", "kafka", ":files"],
    ["emit --dates "],
    ["source ", "list", "retire"],
    ["rejected s", "show"],
    ["help de", "demo"],
    ["completions ", ...SHELLS],
    ["report -- --f"],
  ] as const
) {
  Deno.test(`after 'finpipe ${line}' there is ${wanted.join(" ") || "nothing"}`, async () => {
    assert.deepEqual(await of(line), wanted);
  });
}

Deno.test("all options of a command and of all commands are there, hidden commands are not", async () => {
  const options = await of("cdm --");
  for (const option of ["--partition", "--strict", "--statuses", "--work-dir", "--env-file"]) {
    assert.ok(options.includes(option), option);
  }
  const names = COMMANDS.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  assert.deepEqual(await of(""), [...names, "help"]);
});

Deno.test("dates are of runs or of data, and from where the line says", async () => {
  const asked: unknown[] = [];
  await of("--work-dir w --engine=embedded backfill ", asked);
  await of("report --env-file a --env-file b --explain ", asked);
  await of("load --partition ", asked);
  await of("report --form", asked);
  assert.deepEqual(asked, [
    ["run", { "--work-dir": ["w"], "--engine": ["embedded"] }],
    ["data", { "--env-file": ["a", "b"] }],
    ["data", {}],
  ]);
});

Deno.test("a failure is silent, options after -- are words, and quotes are taken away", async () => {
  const env = { FINPIPE_ENGINE: "nonsense", FINPIPE_WORK_DIR: "/nix" };
  for (const words of [["report", "--env-file", "/nix/a", ""], ["report", ""]]) {
    assert.deepEqual(await runCli(["complete", "--", ...words], { env }), {
      code: 0,
      stdout: "",
      stderr: "",
    });
  }
  const after = await runCli(["complete", "--", "--work-dir", '"a b"', "repor"]);
  assert.equal(after.stdout, "report\tshow the mart\n");
});

Deno.test("each shell has a script; a script is no JSON", async () => {
  for (const shell of SHELLS) {
    const { code, stdout } = await runCli(["completions", shell]);
    assert.equal(code, 0);
    assert.equal(stdout, SCRIPTS[shell]);
  }
  assert.equal((await runCli(["completions", "bash", "--json"])).code, 2);
  assert.equal((await runCli(["completions", "tcsh"])).code, 2);
});

Deno.test("PowerShell's script closes what it opens, and asks as the others do", () => {
  // PowerShell is not on the test machines: this is no more than a look at the text.
  const code = SCRIPTS.powershell.replaceAll(/'[^']*'|"[^"]*"|#.*/g, "");
  for (const [open, close] of [["{", "}"], ["(", ")"], ["[", "]"]] as const) {
    assert.equal(code.split(open).length, code.split(close).length, open);
  }
  for (const script of Object.values(SCRIPTS)) {
    assert.match(script, / complete '?--'? /);
    assert.match(script, /:files/);
    assert.match(script, /:dirs/);
  }
});
