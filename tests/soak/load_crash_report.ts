/** docs/crash-matrix-load.md, as the crash matrix of the load writes it: a chapter for each job. */
import { fileURLToPath } from "node:url";
import { counted } from "../../lib/runtime/words.ts";
import type { LoadOutcome } from "../support/load_crash/cell.ts";
import { ERRORS } from "../support/load_crash/errors.ts";
import { LOAD_FAULTS } from "../support/load_crash/faults.ts";
import { type Job, type JobName, JOBS } from "../support/load_crash/jobs.ts";
import { nameOf } from "../support/load_crash/watch.ts";

const FILE = fileURLToPath(new URL("../../docs/crash-matrix-load.md", import.meta.url));

/** The name of the chapter of what a server answers with an error. */
export const ERRORS_JOB = "errors";

const FAULT_LINES = Object.entries(LOAD_FAULTS).map(([name, { title }]) =>
  `- \`${name}\`: ${title}`
);

const HEAD = `# The crash matrix of the load

What becomes of a day in Vertica when the command that replaces it, or puts it back, is broken off at
any of its messages. Written by \`deno task soak\`; do not edit. What becomes of a topic that is landed
is in [crash-matrix.md](crash-matrix.md).

An old day of one dataset stands, loaded twice, and another day beside it that nobody touches. A new
file has as many rows and the same control total: only the rows themselves tell the two days apart.
\`finpipe load\`, a process of its own, loads it, by way of a proxy that sees its messages: those of
Vertica's protocol (a statement, a piece of COPY's data, a farewell), of the session that loads and of
the one that holds the lock. Message by message one of these faults strikes:

${FAULT_LINES.join("\n")}

A cell says which day stood then, the \`old\` one or the \`new\` one, and the command's exit code. What
stood is counted once the server has noticed that the client is gone, or, where it was killed, when it
is back and finpipe has not gone on yet. Each cell has also seen that:

- the day is wholly one of the two, by rows, sum and content, and the other day is as it was;
- exit code 0 is said only of what was done; 69 with its cause and what to do; a restart of the server
  is waited for, within \`--retry-for\`, and nothing is done twice;
- a plain \`load\` of the same file then ends well and the new day stands; one more leaves it alone; no
  swap is pending, and one side table is left, that of the undo. Where all was done but the side table
  of before was not dropped, that one stays until a load has something to load;
- \`load --undo\` then gives the old day back, and leaves no side table.

A process that is killed while an answer is under way leaves what one does that is killed before its
next message: \`kill\` at the message after COMMIT is "COMMIT done, its answer not read".

The server is the test server of this repository (tests/vertica-server), before a PostgreSQL that goes
down with it at once. Its swap commits by itself, as a real one may. A real Vertica was not seen. To
run a cell again:

\`\`\`sh
deno run -A tests/soak/load_crash_matrix.ts --job load --fault kill --message load.47
\`\`\`
`;

/** The chapter of a job: a row for each message, a column for each fault. */
export function chapterOf(name: JobName, outcomes: readonly LoadOutcome[]): string {
  const job: Job = JOBS[name];
  const rows = new Map<string, Map<string, LoadOutcome>>();
  for (const outcome of outcomes) {
    const key = nameOf(outcome.message);
    rows.set(key, (rows.get(key) ?? new Map()).set(outcome.fault, outcome));
  }
  const lines = [...rows].map(([key, row]) => {
    const { words } = [...row.values()][0]!.message;
    const cells = job.faults.map((fault) => cellOf(row.get(fault)));
    return `| ${[`\`${key}\``, words, ...cells].join(" | ")} |`;
  });
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  const faults = job.faults.map((fault) => `\`${fault}\``);
  return [
    `## ${job.title}`,
    "",
    `\`--job ${name}\`, ${rows.size} messages, ${outcomes.length} cells, ` +
    `${ranOn(failed)} ${job.note}`,
    "",
    `| message | what it is | ${faults.join(" | ")} |`,
    `|---|---|${"---|".repeat(faults.length)}`,
    ...lines,
    "",
    ...saidBy(outcomes),
  ].join("\n");
}

/** The chapter of what a server answers with an error. */
export function errorsChapter(failures: readonly (string | undefined)[]): string {
  const failed = failures.filter((failure) => failure !== undefined).length;
  const lines = ERRORS.map(({ title, fault, standing, code }, index) => {
    const found = failures[index] === undefined ? [standing, code] : ["FAILED", "?"];
    return `| ${[title, `\`${fault}\``, ...found].join(" | ")} |`;
  });
  return [
    "## `load` that the server answers with an error",
    "",
    `\`--job ${ERRORS_JOB}\`, ${ERRORS.length} cells, ` +
    `${ranOn(failed)} A swap that fails is called again three times.`,
    "",
    "| what happens | the test server's `--fault` | the day | exit code |",
    "|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** Puts chapters in the place of those of before; the others stay as they are. */
export async function writeChapters(chapters: ReadonlyMap<string, string>): Promise<void> {
  const before = await Deno.readTextFile(FILE);
  const standing = before.split(/^(?=## )/m).slice(1);
  const texts = [...Object.keys(JOBS), ERRORS_JOB].map((name) =>
    chapters.get(name) ?? standing.find((chapter) => chapter.includes(`\`--job ${name}\``)) ?? ""
  );
  await Deno.writeTextFile(FILE, [HEAD, ...texts].join("\n"));
  const args = ["fmt", "--quiet", FILE];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot format ${FILE}`);
}

function cellOf(outcome: LoadOutcome | undefined): string {
  if (outcome === undefined) return "";
  const { standing = "?", code = "?", failure } = outcome;
  return failure === undefined ? `${standing}, ${code}` : "FAILED";
}

function ranOn(failed: number): string {
  const date = Temporal.Now.plainDateISO("UTC").toString();
  return `on ${date} with Deno ${Deno.version.deno}: ${failed} failed.`;
}

/** All that was said where a command ended with 69, each once. */
function saidBy(outcomes: readonly LoadOutcome[]): string[] {
  const texts = outcomes.filter(({ code }) => code === 69)
    .map(({ said = "" }) => said.trim().replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:5433"));
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].flatMap(([text, count]) => [
    `Said with exit code 69, in ${counted(count, "cell")}:`,
    "",
    "```text",
    text,
    "```",
    "",
  ]);
}
