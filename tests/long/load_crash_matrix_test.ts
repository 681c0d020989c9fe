/** A part of the load's crash matrix (docs/crash-matrix-load.md); and that it sees what it looks for. */
import assert from "node:assert/strict";
import { indexOf, type LoadOutcome, traceJob, tryLoadCell } from "../support/load_crash/cell.ts";
import { ERRORS, tryError } from "../support/load_crash/errors.ts";
import type { LoadFaultName } from "../support/load_crash/faults.ts";
import { type JobName, JOBS } from "../support/load_crash/jobs.ts";
import { type CrashVertica, LoadPlace } from "../support/load_crash/place.ts";
import { nameOf, type SentMessage } from "../support/load_crash/watch.ts";
import { readDocument } from "../support/docs/documents.ts";
import { setFault } from "../vertica-server/fault_words.ts";
import { ERRORS_JOB } from "../soak/load_crash_report.ts";
import { postgresServerTest } from "../support/postgres/database.ts";
import {
  openTestVertica,
  ownVerticaTest,
  type TestVertica,
  verticaTest,
} from "../support/vertica/place.ts";
import { startVerticaProcess } from "../support/vertica/process.ts";

/** Ways to lose a connection, which take turns. */
const CUTS: readonly LoadFaultName[] = ["cut", "cut-answer"];

/** Points of a load at which its process is killed, by the message that it has not sent yet. */
const KILLED_AT = [
  "COPY",
  "count and sum the side table",
  "swap",
  "COMMIT: swap",
  "COMMIT: record",
  "is a swap not recorded",
];

function matrixTest(
  name: string,
  test: (vertica: TestVertica) => Promise<void>,
  register = verticaTest,
): void {
  register(name, async () => {
    await using vertica = await openTestVertica();
    await test(vertica);
  });
}

matrixTest(
  "a load that is cut off at some messages: the old day or the new one",
  async (vertica) => {
    await using place = await LoadPlace.open(faulty(vertica));
    const messages = await traceJob(place, "load");
    await assertDocumented("load", messages);
    const swap = indexOf(messages, "write down what is to come");
    // After each message about the swap, and about some of the others.
    const about = messages.slice(swap, indexOf(messages, "COMMIT: record") + 1);
    const others = spread(messages.filter((message) => !about.includes(message)), 2);
    await assertWell(place, "load", about, ["cut-answer"]);
    await assertWell(place, "load", others, CUTS);
  },
);

matrixTest("a load that is killed between two statements: likewise", async (vertica) => {
  await using place = await LoadPlace.open(faulty(vertica));
  const messages = await traceJob(place, "load");
  const chosen = KILLED_AT.map((words) => messages[indexOf(messages, words)]!);
  await assertWell(place, "load", chosen, ["kill"]);
});

await postgresServerTest(
  "a load whose server is killed before and after the swap, and started again: likewise",
  async () => {
    await using server = await startVerticaProcess();
    const killAndStart = async () => {
      await server.kill9();
      await server.start();
    };
    await using place = await LoadPlace.open({ url: server.url, killAndStart });
    const messages = await traceJob(place, "load");
    const swap = indexOf(messages, "swap");
    await assertWell(place, "load", [messages[swap]!, messages[swap + 1]!], ["restart"]);
  },
);

matrixTest("a load by two streams that is cut off in one of them: the old day", async (vertica) => {
  await using place = await LoadPlace.open(faulty(vertica), JOBS.streams.rows);
  const messages = await traceJob(place, "streams");
  const data = messages.filter(({ session, words }) =>
    session === "copy" && /^COPY: (data|end)/.test(words)
  );
  await assertWell(place, "streams", spread(data, 3), CUTS);
});

for (const [job, points] of [["undo", 4], ["init", 4]] as const) {
  matrixTest(`${JOBS[job].title} that is cut off: the next one ends it`, async (vertica) => {
    await using place = await LoadPlace.open(faulty(vertica), 20);
    const messages = await traceJob(place, job);
    await assertDocumented(job, messages);
    const [first] = JOBS[job].sessions;
    const own = messages.filter(({ session }) => session === first);
    const afterLogin = own.slice(indexOf(own, "is there a schema"));
    await assertWell(place, job, spread(afterLogin, points), ["cut-answer"]);
  });
}

matrixTest("a load whose swap is to be called again, and is cut off", async (vertica) => {
  await using place = await LoadPlace.open(faulty(vertica), 20);
  const messages = await traceJob(place, "refused-swap");
  await assertWell(place, "refused-swap", messages.slice(2, 6), CUTS);
}, ownVerticaTest);

matrixTest("a load that the server answers with an error is as it says", async (vertica) => {
  await using place = await LoadPlace.open(faulty(vertica), 20);
  const quick = ERRORS.filter(({ fault }) => !/\*4|mergeout/.test(fault));
  assert.ok(quick.length > 3);
  for (const cell of quick) assert.equal(await tryError(place, cell), undefined, cell.title);
}, ownVerticaTest);

Deno.test("docs/crash-matrix-load.md has a chapter of each job, and no cell that failed", async () => {
  const text = await readDocument("docs/crash-matrix-load.md");
  const chapters = [...text.matchAll(/`--job (\S+)`/g)].map(([, job]) => job);
  assert.deepEqual(chapters, [...Object.keys(JOBS), ERRORS_JOB]);
  assert.doesNotMatch(text, /FAILED|\?/);
});

matrixTest("the matrix sees a hole, and rows of both days", async (vertica) => {
  await using place = await LoadPlace.open(faulty(vertica), 20);
  await JOBS.load.prepare(place);
  assert.equal(await place.standing(), "old");
  await place.query("UPDATE staging.transactions SET country = 'new' WHERE amount = 3");
  await assert.rejects(place.standing(), /Neither the old day stands nor the new one/);
  await place.query("DELETE FROM staging.transactions WHERE amount = 3");
  await assert.rejects(place.standing(), /Neither/);
  await place.query("DELETE FROM staging.transactions WHERE country <> ''");
  await assert.rejects(place.standing(), /but: 2022-09-30 {2}1 100$/);
});

/** The document has a row for each message, in order; where it was made, a password was asked for. */
async function assertDocumented(job: JobName, messages: readonly SentMessage[]): Promise<void> {
  const chapters = (await readDocument("docs/crash-matrix-load.md")).split(/^## /m);
  const chapter = chapters.find((text) => text.includes(`\`--job ${job}\``))!;
  const rows = [...chapter.matchAll(/^\| `(\w+)\.\d+` +\| (.+?) +\|/gm)]
    .map(([, session, words]) => `${session}: ${words}`);
  const isPassword = (row: string) => row.endsWith(": password");
  assert.deepEqual(
    rows.filter((row) => !isPassword(row)),
    messages.map(({ session, words }) => `${session}: ${words}`).filter((row) => !isPassword(row)),
    `Write the chapter anew: deno run -A tests/soak/load_crash_matrix.ts --job ${job}`,
  );
}

/** Tries a cell for each message, the faults taking turns. */
async function assertWell(
  place: LoadPlace,
  job: JobName,
  messages: readonly SentMessage[],
  faults: readonly LoadFaultName[],
): Promise<void> {
  const outcomes: LoadOutcome[] = [];
  for (const [index, message] of messages.entries()) {
    const fault = faults[index % faults.length]!;
    outcomes.push(await tryLoadCell(place, { job, fault, message }, { asProcess: false }));
  }
  const failures = outcomes.filter(({ failure }) => failure !== undefined)
    .map(({ fault, message, failure }) => `${fault} at ${nameOf(message)}: ${failure}`);
  assert.deepEqual(failures, []);
  assert.ok(outcomes.length >= 2);
}

/** So many, evenly. */
function spread<T>(all: readonly T[], count: number): T[] {
  return Array.from(
    { length: count },
    (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]!,
  );
}

function faulty({ url, own }: TestVertica): CrashVertica {
  if (own === undefined) return { url };
  return {
    url,
    setFault: (words) =>
      Promise.resolve(setFault(words, { faults: own.server.faults, engine: own.engine })),
  };
}
