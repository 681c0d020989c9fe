/**
 * Landing 500,000 messages of a file, against psql's \copy of the same rows already cut up: into a
 * plain table of the contract's four columns, and into the very table with its columns and indexes.
 */
import { join } from "node:path";
import {
  benchFolder,
  benchServer,
  bestOf,
  figure,
  FINPIPE,
  measure,
  print,
  psql,
  writeEvents,
} from "./support.ts";

const MESSAGES = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 3);

await using server = await benchServer();
await using folder = await benchFolder();
const events = join(folder.path, "events.jsonl");
await writeEvents(events, { messages: MESSAGES });
const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: join(folder.path, "work") };
await measure([...FINPIPE, "init"], env);

const RESET =
  "TRUNCATE stg.transactions, stg.currencies, stg.rejected, finpipe.source_partitions, finpipe.landed_days";
const COLUMNS = "object_id, object_type, sent_dttm, payload";
const TYPED = `${COLUMNS}, operation_id, account_number_from, account_number_to, currency_code, ` +
  "country, status, transaction_type, amount, transaction_dt, source_id, position, in_window";
const land = async () => {
  await psql(server.url, RESET);
  await psql(server.url, "CHECKPOINT");
  return (await measure([...FINPIPE, "stream", "--source", events], env)).seconds;
};
await land();
const four = join(folder.path, "four.tsv");
const typed = join(folder.path, "typed.tsv");
await psql(
  server.url,
  `\\copy (SELECT ${COLUMNS} FROM stg.transactions UNION ALL SELECT ${COLUMNS} FROM stg.currencies) TO '${four}'`,
);
await psql(server.url, `\\copy (SELECT ${TYPED} FROM stg.transactions) TO '${typed}'`);
await psql(
  server.url,
  "CREATE TABLE plain (object_id uuid, object_type text, sent_dttm timestamp, payload text)",
);
const copy = async (table: string, file: string) => {
  await psql(server.url, `TRUNCATE ${table.split(" ")[0]}`);
  await psql(server.url, "CHECKPOINT");
  return (await measure(["psql", "-X", "-q", "-c", `\\copy ${table} FROM '${file}'`, server.url]))
    .seconds;
};
const best = await bestOf(ROUNDS, {
  land,
  plain: () => copy("plain", four),
  same: () => copy(`stg.transactions (${TYPED})`, typed),
});
print(
  `landing ${MESSAGES} messages: ${best.land.toFixed(2)} s; \\copy of four columns ${
    best.plain.toFixed(2)
  } s, into the very table ${best.same.toFixed(2)} s`,
);
figure("landing / psql \\copy of four columns into a plain table", best.land / best.plain, 1.7);
figure("landing / psql \\copy into the very table", best.land / best.same);
