/**
 * The memory of a `serve` on the embedded engine, which opens the engine for each question and closes
 * it again: after many questions, against after a few. One question a minute makes 1,440 a day.
 */
import { join } from "node:path";
import { openEngine } from "../lib/engine/engine.ts";
import { readMartFacts } from "../lib/looking/page_facts.ts";
import { FIRST_DAY, LAST_DAY } from "../lib/partitions/run_date.ts";
import { SILENT } from "../tests/support/logs.ts";
import { benchFolder, figure, FINPIPE, measure, print, writeEvents } from "./support.ts";

const QUESTIONS = Number(Deno.args[0] ?? 60);
/** The first ones make the heap as large as it will be. */
const WARM = Math.ceil(QUESTIONS / 3);

await using folder = await benchFolder();
const events = join(folder.path, "events.jsonl");
const workDir = join(folder.path, "work");
await writeEvents(events, { messages: 3000, days: 3 });
await measure([...FINPIPE, "stream", "--source", events, "--work-dir", workDir]);
await measure([...FINPIPE, "backfill", "2022-10-02..2022-10-04", "--work-dir", workDir]);

const context = {
  io: { now: () => Temporal.Now.instant(), signal: new AbortController().signal },
  log: SILENT,
  config: { env: () => undefined, flags: { engine: "embedded", workDir } },
};
const megabytes: number[] = [];
let milliseconds = Infinity;
for (let question = 0; question < QUESTIONS; question++) {
  const started = performance.now();
  {
    await using engine = await openEngine(context, { warehouse: true, reads: true });
    await engine.warehouse.checkSchema("read");
    await readMartFacts(engine.warehouse, { from: FIRST_DAY, to: LAST_DAY });
  }
  milliseconds = Math.min(milliseconds, performance.now() - started);
  megabytes.push(Deno.memoryUsage().rss / 1024 ** 2);
}
// The collector's moment is chance: the least of some is what is held.
const [few, many] = [megabytes.slice(WARM - 10, WARM), megabytes.slice(-10)]
  .map((some) => Math.min(...some)) as [number, number];
print(`a question that opens the embedded engine: ${milliseconds.toFixed(0)} ms`);
figure(
  `serve: memory after ${QUESTIONS} openings, ${many.toFixed(0)} MB / after ${WARM}, ${
    few.toFixed(0)
  } MB`,
  many / few,
  1.1,
);
