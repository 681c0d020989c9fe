/**
 * What finding a day's rows, and the rows of a window, costs by an index of each kind, in blocks read:
 * a month of rows, 1% of them late by up to 30 days and 0.1% of any year from 1 to 9999, of 50 source
 * partitions side by side. Blocks and not times, so that the machine does not matter.
 */
import { benchServer, figure, print, psql } from "./support.ts";

const ROWS_A_DAY = Number(Deno.args[0] ?? 10_000);
const DAYS = 31;

await using server = await benchServer();
const sql = (script: string) => psql(server.url, script);

const MULTI = "timestamp_minmax_multi_ops";
const brin = (columns: string, pages: number) =>
  `USING brin (${columns}) WITH (pages_per_range = ${pages})`;
const BY_DAY = {
  "B-tree": "(event)",
  "BRIN, minmax": brin("event timestamp_minmax_ops", 128),
  "BRIN, 128 pages": brin(`event ${MULTI}`, 128),
  "BRIN, 32 pages": brin(`event ${MULTI}`, 32),
  "BRIN, 8 pages": brin(`event ${MULTI}`, 8),
};
const WINDOW = `source_id int4_bloom_ops, sent ${MULTI}`;
const BY_SOURCE = {
  "B-tree": "(source_id, sent)",
  "BRIN, 128 pages": brin(WINDOW, 128),
  "BRIN, 16 pages": brin(WINDOW, 16),
};
const DAY = "event >= DATE '2022-10-10' AND event < DATE '2022-10-10' + 1";
/** The five minutes before the end of what a source partition sent. */
const ACTIVE = "source_id = 7 AND sent >= TIMESTAMP '2022-10-31 23:55'";
/** A source partition that has been quiet since the fifth. */
const QUIET = "source_id = 51 AND sent >= TIMESTAMP '2022-10-05'";

await fill({ late: 0, hostile: 0 });
const clean = await blocksOf(BY_DAY["B-tree"], DAY);
await fill({ late: 0.01, hostile: 0.001 });
print(`a day of ${ROWS_A_DAY} rows among ${DAYS}, in blocks of a day without strewn rows:`);
for (const [name, index] of Object.entries(BY_DAY)) {
  figure(`  ${name}`, await blocksOf(index, DAY) / clean, name === "B-tree" ? 1.5 : undefined);
}
for (const [what, where] of [["an active", ACTIVE], ["a quiet", QUIET]] as const) {
  print(`the window of ${what} source partition, in blocks of the B-tree:`);
  const least = await blocksOf(BY_SOURCE["B-tree"], where);
  for (const [name, index] of Object.entries(BY_SOURCE)) {
    figure(`  ${name}`, await blocksOf(index, where) / least);
  }
  // As a landing leaves it: ranges without a summary are read whole until a vacuum comes.
  const landed = await blocksAfterLanding(BY_SOURCE["BRIN, 128 pages"], where);
  figure("  BRIN, 128 pages, a day landed since the last vacuum", landed / least);
}

/** Makes the table anew: day after day, as it comes, all of it vacuumed. */
async function fill({ late, hostile }: { late: number; hostile: number }): Promise<void> {
  await sql(
    `DROP TABLE IF EXISTS rows;
     CREATE TABLE rows (source_id integer, sent timestamp, event timestamp, payload text)
       WITH (autovacuum_enabled = false);
     SELECT setseed(0.5);`,
  );
  await insert(
    0,
    DAYS,
    `CASE
    WHEN chance < ${hostile} THEN TIMESTAMP '0001-01-01' + random() * 3651000 * INTERVAL '1 day'
    WHEN chance < ${hostile + late} THEN sent - (1 + random() * 29) * INTERVAL '1 day'
    ELSE sent END`,
  );
  await sql("VACUUM (ANALYZE) rows");
}

/** Adds the rows of some days, each 470 bytes as a landed one is. */
async function insert(fromDay: number, toDay: number, event: string): Promise<void> {
  const quiet = "n % 50 = 7 AND sent >= '2022-10-05' AND sent < '2022-10-05 00:05'";
  await sql(
    `INSERT INTO rows
     SELECT CASE WHEN ${quiet} THEN 51 ELSE n % 50 END, sent, ${event}, repeat('x', 430)
     FROM (
       SELECT n, random() AS chance,
         TIMESTAMP '2022-10-01' + n * INTERVAL '1 day' / ${ROWS_A_DAY} AS sent
       FROM generate_series(${fromDay * ROWS_A_DAY}, ${toDay * ROWS_A_DAY - 1}) AS n
     ) AS numbered`,
  );
}

/** Blocks of table and index that a query reads by this index alone. */
async function blocksOf(index: string, where: string): Promise<number> {
  await sql(`DROP INDEX IF EXISTS found_by; CREATE INDEX found_by ON rows ${index}; ANALYZE rows`);
  return await blocks(where);
}

/** The same where the last day was landed after the index was made, and no vacuum has come since. */
async function blocksAfterLanding(index: string, where: string): Promise<number> {
  await sql("DROP INDEX IF EXISTS found_by; DELETE FROM rows WHERE sent >= '2022-10-31'");
  await sql("VACUUM rows");
  await sql(`CREATE INDEX found_by ON rows ${index}`);
  await insert(DAYS - 1, DAYS, "sent");
  return await blocks(where);
}

async function blocks(where: string): Promise<number> {
  const plan = await sql(
    `SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0;
     EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT count(payload) FROM rows WHERE ${where}`,
  );
  const [{ Plan }] = JSON.parse(plan);
  return Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"];
}
