/** docs/crash-matrix.md, as the crash matrix writes it. */
import { fileURLToPath } from "node:url";
import type { CellOutcome } from "../support/crash/cell.ts";
import { type FaultName, FAULTS } from "../support/crash/faults.ts";
import { type PointName, POINTS } from "../support/crash/points.ts";

/** Inside the transaction nothing is said to Kafka: for a broker's fault one point there is all. */
const SAME_AS_IN_COPY: PointName[] = ["before-update", "before-copy", "before-commit"];

/** Points at which a fault is not tried. */
export const LEFT_OUT: { [fault in FaultName]?: PointName[] } = {
  "kafka-kill": SAME_AS_IN_COPY,
  "kafka-stall": SAME_AS_IN_COPY,
};

const FILE = fileURLToPath(new URL("../../docs/crash-matrix.md", import.meta.url));

const HEAD = `# The crash matrix

What becomes of a topic that is landed when something breaks between two statements. Written by
\`deno task soak\`; do not edit. What becomes of a day that is loaded into Vertica is in
[crash-matrix-load.md](crash-matrix-load.md).

A topic of two partitions holds 3,200 numbered messages, among them re-sent, late and garbage ones. A
\`finpipe stream\` lands it, as a process of its own, through proxies that see its statements to
PostgreSQL and its requests to Kafka. At one batch, which the seed chooses as it does the messages,
what is sent is held at the named point and the fault strikes; then it is let go. A quarter of the
messages comes when the fault is over. A finpipe that lives lands them, is stopped and must exit 0;
after one that does not, another one is started. In the end \`stream --until-end\` must exit 0 and
find the topic landed.

- **Lost:** messages that are in none of the four places (docs/contract.md, section 2).
- **Doubled:** rows beyond one a message, and rows of messages that are duplicates.
- **Goes on:** seconds from the fault to the first commit of the same partition that was sent after
  it; where the fault came before BEGIN, of either.

Beside these each cell compares the payload of each row with the message's, character by character,
the counters with the messages, and the positions with the end of the log.
`;

const NOTES = `## How to read the times

- After kill -9 the group waits for the dead member until its session is over, 30 s. These cells run
  side by side.
- A transaction that is under way is not held up by Kafka: with a broker that is killed or stands
  still, what was fetched is committed, and the time is that of the next commit.
- The point is held until the second finpipe has joined, about 3 s. Where what is held is the offset,
  the first one's heartbeats are held with it: it lands on, until the group takes it for dead after
  30 s and gives its partitions to the second one.
- Where the COMMIT itself was done before the fault, the time is that of the batch after it.

## Left out

A broker that is killed or stands still, at the points between BEGIN and COMMIT other than in the middle
of COPY's data: nothing is said to Kafka inside the transaction, so they are one and the same point.
`;

/** Writes the document, in the project's format. */
export async function writeReport(
  rows: readonly CellOutcome[],
  versions: readonly string[],
): Promise<void> {
  const date = Temporal.Now.plainDateISO("UTC").toString();
  const ran =
    `${rows.length} cells on ${date}, ${versions.join(", ")}, Deno ${Deno.version.deno}: ` +
    `${sum(rows, "lost")} messages lost, ${sum(rows, "doubled")} doubled.`;
  const chapters = (Object.keys(FAULTS) as FaultName[])
    .map((fault) => chapterOf(fault, rows.filter((row) => row.fault === fault)));
  await Deno.writeTextFile(FILE, [HEAD, ran, NOTES, ...chapters].join("\n"));
  const args = ["fmt", "--quiet", FILE];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot format ${FILE}`);
}

function chapterOf(fault: FaultName, rows: readonly CellOutcome[]): string {
  const head = "| point | batch | lost | doubled | goes on, s | to run it again |";
  const lines = rows.map(({ point, batch, lost, doubled, goesOnAfter, seed, failure }) => {
    const command = `deno run -A tests/soak/crash_matrix.ts --fault ${fault} --point ${point} ` +
      `--seed ${seed}`;
    const result = failure === undefined
      ? [batch, lost, doubled, goesOnAfter!.toFixed(2)]
      : ["FAILED", lost ?? "?", doubled ?? "?", "?"];
    return `| ${[POINTS[point], ...result, `\`${command}\``].join(" | ")} |`;
  });
  return [`## ${FAULTS[fault].title}`, "", head, "|---|---|---|---|---|---|", ...lines, ""]
    .join("\n");
}

function sum(rows: readonly CellOutcome[], what: "lost" | "doubled"): number {
  return rows.reduce((total, row) => total + (row[what] ?? 0), 0);
}
