/**
 * Dumping a day of 500,000 rows, against psql's \copy of the same SELECT; and dumping one day out of
 * a table of 31 such days, against a table of that day alone.
 */
import { join } from "node:path";
import { dumpDay } from "../lib/staging/postgres/statements.ts";
import {
  benchFolder,
  benchServer,
  bestOf,
  figure,
  FINPIPE,
  measure,
  psql,
  writeEvents,
} from "./support.ts";

const ROWS = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 5);
const DAY = "2022-10-15";
/** The other days of the month, each with as many rows. */
const OTHER_DAYS = 30;

await using server = await benchServer();
await using folder = await benchFolder();
const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: join(folder.path, "work") };
await measure([...FINPIPE, "init"], env);
const events = join(folder.path, "events.jsonl");
await writeEvents(events, { messages: ROWS, date: DAY });
await measure([...FINPIPE, "stream", "--source", events], env);
// One version an object, so that the file has as many rows as the day.
await psql(server.url, "UPDATE stg.transactions SET object_id = gen_random_uuid()");
await psql(server.url, "VACUUM FULL ANALYZE stg.transactions");

const dump = async () => {
  const command = [...FINPIPE, "dump", "--partition", DAY, "--dataset", "transactions"];
  return (await measure(command, env)).seconds;
};
const select = dumpDay("transactions", Temporal.PlainDate.from(DAY))
  .replace(/^--.*\n/gm, "").replace(/^COPY/, "").replace(/TO STDOUT.*$/s, "").replaceAll("\n", " ");
const output = join(folder.path, "psql.csv");
const copy = async () => {
  const script = `\\copy ${select} TO '${output}' (FORMAT csv)`;
  return (await measure(["psql", "-X", "-q", "-c", script, server.url])).seconds;
};
const alone = await bestOf(ROUNDS, { dump, copy });
figure(
  `dump of a day of ${ROWS} rows / psql \\copy of the same SELECT`,
  alone.dump / alone.copy,
  1.15,
);

// Day after day, as they come: the rows of a day lie side by side.
await psql(
  server.url,
  `DO $$ BEGIN
     FOR n IN -14..16 LOOP
       CONTINUE WHEN n = 0;
       INSERT INTO stg.transactions (object_id, object_type, sent_dttm, payload, operation_id,
         account_number_from, account_number_to, currency_code, country, status, transaction_type,
         amount, transaction_dt, source_id, position)
       SELECT object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
         account_number_to, currency_code, country, status, transaction_type, amount,
         transaction_dt + n * interval '1 day', source_id, position
       FROM stg.transactions
       WHERE transaction_dt >= '${DAY}' AND transaction_dt < '${DAY}'::date + 1;
     END LOOP;
   END $$`,
);
await psql(server.url, "VACUUM ANALYZE stg.transactions");
const among = await bestOf(ROUNDS, { dump });
figure(
  `dump of that day among ${OTHER_DAYS} others / alone`,
  among.dump / alone.dump,
  1.1,
);
