/** Peak memory of landing and dumping, for an input and for ten times that input. */
import { join } from "node:path";
import {
  benchFolder,
  benchServer,
  figure,
  FINPIPE,
  measure,
  type Measured,
  psql,
  writeEvents,
} from "./support.ts";

const MESSAGES = Number(Deno.args[0] ?? 100_000);
const LIMIT_MEGABYTES = 300;

await using server = await benchServer();
await using folder = await benchFolder();
const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: join(folder.path, "work") };
await measure([...FINPIPE, "init"], env);

type Peaks = Record<"stream" | "dump", Measured>;

const peaks: Peaks[] = [];
for (const messages of [MESSAGES, MESSAGES * 10]) {
  const events = join(folder.path, `${messages}.jsonl`);
  await writeEvents(events, { messages });
  await psql(
    server.url,
    "TRUNCATE stg.transactions, stg.currencies, finpipe.source_partitions, finpipe.landed_days",
  );
  peaks.push({
    stream: await measure([...FINPIPE, "stream", "--source", events], env),
    dump: await measure([...FINPIPE, "dump", "--partition", "2022-10-01"], env),
  });
}
const [once, tenfold] = peaks as [Peaks, Peaks];
for (const command of ["stream", "dump"] as const) {
  figure(
    `${command}: peak memory of ${MESSAGES * 10} / of ${MESSAGES} messages`,
    tenfold[command].megabytes / once[command].megabytes,
    1.1,
  );
  figure(
    `${command}: peak memory with PostgreSQL, ${
      tenfold[command].megabytes.toFixed(0)
    } MB / ${LIMIT_MEGABYTES} MB`,
    tenfold[command].megabytes / LIMIT_MEGABYTES,
    1,
  );
}
