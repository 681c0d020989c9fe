/** Completions in real shells. PowerShell is not among them: there is no Debian package of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../support/folder.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** bash's own function, called as bash calls it. */
const BASH = `eval "$(finpipe completions bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _finpipe; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** fish completes a line without a terminal. */
const FISH = 'finpipe completions fish | source; complete -C "$argv"';

/** zsh completes at a terminal alone: this one is its own. What it lists is cut out of what it draws. */
const ZSH = `zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "PS1='> '; unset zle_bracketed_paste; TERM=dumb; autoload -Uz compinit && compinit -u -D
  eval \\"\\$(finpipe completions zsh)\\"
  compadd() { builtin compadd -O found \\"\\$@\\"; print -rl -- \\$found > $OUT.part; cat $OUT.part >> $OUT; builtin compadd \\"\\$@\\" }
  echo REA''DY"
zpty -r z out '*READY*'
zpty -w -n z "$*"$'\\t'
zpty -w z $'\\C-uecho DO\\'\\'NE'
zpty -r z out '*DONE*'
zpty -d z`;

async function lines(shell: string, args: string[], folder: string): Promise<string[]> {
  const out = join(folder, "found");
  const { stdout, stderr } = await new Deno.Command(shell, {
    args,
    cwd: folder,
    env: { PATH: `${ROOT}:${Deno.env.get("PATH")}`, HOME: folder, OUT: out },
  }).output();
  const file = await Deno.readTextFile(out).catch(() => undefined);
  const text = file ?? new TextDecoder().decode(stdout);
  await Deno.remove(out).catch(() => {});
  const found = text.split("\n").map((line) => line.split("\t")[0]!).filter((line) => line !== "");
  assert.ok(found.length > 0, new TextDecoder().decode(stderr));
  return [...new Set(found)].sort();
}

/** A line as it is typed, and what there is for its last word. */
const LINES: readonly [line: string, wanted: string[]][] = [
  ["finpipe repo", ["report"]],
  ["finpipe report --format ", ["csv", "html", "json", "table"]],
  ["finpipe --work-dir data report 2022-10-0", ["2022-10-01", "2022-10-02"]],
  ["finpipe --work-dir data backfill 2022-10-02..2022-10", [
    "2022-10-02..2022-10-02",
    "2022-10-02..2022-10-03",
  ]],
  ["finpipe --env-file prod", ["prod.env"]],
];

async function inPlace(work: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const partitions = join(folder, "data", "partitions", "transactions");
    await Deno.mkdir(partitions, { recursive: true });
    for (const day of ["2022-10-01", "2022-10-02"]) {
      await Deno.writeTextFile(join(partitions, `${day}.csv`), "");
    }
    await Deno.writeTextFile(join(folder, "prod.env"), "");
    await work(folder);
  });
}

const SHELLS: readonly [shell: string, argsOf: (line: string) => string[]][] = [
  ["bash", (line) => ["-c", BASH, "bash", ...line.split(" ")]],
  ["fish", (line) => ["-c", FISH, line]],
  ["zsh", (line) => ["-f", "-c", ZSH, "zsh", line]],
];

for (const [shell, argsOf] of SHELLS) {
  const reason = await isOnPath(shell) ? undefined : `there is no ${shell}`;
  Deno.test(skippable(`${shell} completes`, reason, () =>
    inPlace(async (folder) => {
      for (const [line, wanted] of LINES) {
        assert.deepEqual(await lines(shell, argsOf(line), folder), wanted, line);
      }
    })));
}
