/**
 * The crash matrix of the load: what becomes of a day in Vertica when the command that replaces it is
 * broken off at one of its messages. It writes docs/crash-matrix-load.md, with `--job J` that one's
 * chapter alone, but for `--no-report`; `--job J --fault F --message M`, all or some of them, run a part
 * of it again. The last line is `N passed, N failed`, of cells.
 */
import { parseArgs } from "node:util";
import {
  type LoadCell,
  type LoadOutcome,
  traceJob,
  tryLoadCell,
} from "../support/load_crash/cell.ts";
import { ERRORS, tryError } from "../support/load_crash/errors.ts";
import { LOAD_FAULTS } from "../support/load_crash/faults.ts";
import { type Job, type JobName, JOBS } from "../support/load_crash/jobs.ts";
import { LoadPlace } from "../support/load_crash/place.ts";
import { nameOf } from "../support/load_crash/watch.ts";
import { startVerticaProcess } from "../support/vertica/process.ts";
import { chapterOf, ERRORS_JOB, errorsChapter, writeChapters } from "./load_crash_report.ts";

/** Servers that cells are tried on side by side, each on one of them. */
const SERVERS = 2;

/** What is asked for, by name. */
interface Asked {
  job?: string;
  fault?: string;
  message?: string;
}

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values: { "no-report": noReport = false, ...asked } } = parseArgs({
    options: {
      "job": { type: "string" },
      "fault": { type: "string" },
      "message": { type: "string" },
      "no-report": { type: "boolean" },
    },
  });
  const isPart = asked.fault !== undefined || asked.message !== undefined;
  const count = { passed: 0, failed: 0 };
  const tell = async (words: string, failure: string | undefined) => {
    failure === undefined ? count.passed++ : count.failed++;
    await say(failure === undefined ? words : `FAILED: ${words}: ${failure}`);
  };
  const chapters = new Map<string, string>();
  for (const name of Object.keys(JOBS) as JobName[]) {
    if (name !== (asked.job ?? name)) continue;
    const rows = await runJob(name, asked, tell);
    chapters.set(name, chapterOf(name, rows));
  }
  if (!isPart && (asked.job ?? ERRORS_JOB) === ERRORS_JOB) {
    chapters.set(ERRORS_JOB, errorsChapter(await runErrors(tell)));
  }
  if (count.passed + count.failed === 0) {
    const names = [[...Object.keys(JOBS), ERRORS_JOB], Object.keys(LOAD_FAULTS)];
    const [jobs, faults] = names.map((some) => some.join(", "));
    await say(`There is no such cell. Jobs: ${jobs}. Faults: ${faults}. A message: load.44`);
    return 2;
  }
  if (!isPart && !noReport) await writeChapters(chapters);
  await say(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 ? 0 : 1;
}

type Tell = (words: string, failure: string | undefined) => Promise<void>;

/** Runs a job's cells, on several servers; in order of its messages. */
async function runJob(name: JobName, asked: Asked, tell: Tell): Promise<LoadOutcome[]> {
  const job: Job = JOBS[name];
  await using scope = new AsyncDisposableStack();
  const places = await Promise.all(
    Array.from({ length: SERVERS }, () => openPlace(scope, job.rows)),
  );
  const messages = await traceJob(places[0]!, name);
  const cells: LoadCell[] = job.faults
    .filter((fault) => fault === (asked.fault ?? fault))
    .flatMap((fault) => messages.map((message) => ({ job: name, fault, message })))
    .filter(({ message }) => nameOf(message) === (asked.message ?? nameOf(message)));
  const outcomes: LoadOutcome[] = [];
  const left = cells.entries();
  await Promise.all(places.map(async (place) => {
    for (const [index, cell] of left) {
      const outcome = await tryLoadCell(place, cell);
      outcomes[index] = outcome;
      const words = `--job ${name} --fault ${cell.fault} --message ${nameOf(cell.message)}`;
      const { standing = "?", code = "?", failure } = outcome;
      await tell(`${words}  ${cell.message.words}: ${standing}, ${code}`, failure);
    }
  }));
  return outcomes;
}

async function runErrors(tell: Tell): Promise<(string | undefined)[]> {
  await using scope = new AsyncDisposableStack();
  const place = await openPlace(scope);
  const failures: (string | undefined)[] = [];
  for (const cell of ERRORS) {
    const failure = await tryError(place, cell);
    failures.push(failure);
    await tell(`${cell.title}: ${cell.standing}, ${cell.code}`, failure);
  }
  return failures;
}

/** A warehouse on a server of its own. */
async function openPlace(scope: AsyncDisposableStack, rows?: number): Promise<LoadPlace> {
  const server = scope.use(await startVerticaProcess());
  const vertica = {
    url: server.url,
    setFault: (words: string) => server.obey(`fault ${words}`),
    async killAndStart() {
      await server.kill9();
      await server.start();
    },
  };
  return scope.use(await LoadPlace.open(vertica, rows));
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
