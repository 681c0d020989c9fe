/**
 * `status` of 1,000 dates with 10,000,000 rows landed, against a `finpipe --help`: on PostgreSQL with the
 * Vertica test server, and with an embedded warehouse. The records are made, not the rows: nothing that
 * status reads grows with them. Each tenth day has rows that landed since its dump, and each twentieth
 * another load than the one that its core and its mart were built from.
 */
import { join } from "node:path";
import { openEmbeddedSession } from "../lib/postgres/embedded.ts";
import { literal } from "../lib/sql/template.ts";
import { withSession } from "../tests/support/vertica/sessions.ts";
import { startVerticaProcess } from "../tests/support/vertica/process.ts";
import {
  benchFolder,
  benchServer,
  bestOf,
  figure,
  FINPIPE,
  measure,
  print,
  psql,
} from "./support.ts";

const DAYS = Number(Deno.args[0] ?? 1000);
const ROWS = Number(Deno.args[1] ?? 10_000_000);
const ROUNDS = Number(Deno.args[2] ?? 5);

/** Of transactions: partitions of the topic, and rows of each for a day. */
const PARTITIONS = 8;
const PER_DAY = Math.ceil(ROWS / DAYS / PARTITIONS);
/** Dollar rates of a day, and currencies of its mart. */
const CURRENCIES = [410, 430, 440, 450, 460, 470];
/** Rows of an INSERT. */
const AT_ONCE = 500;

const FIRST = Temporal.PlainDate.from("2020-01-01");

await using server = await benchServer();
await using vertica = await startVerticaProcess();
await using folder = await benchFolder();
const env = (warehouse: string, name: string) => ({
  FINPIPE_PG_URL: server.url,
  FINPIPE_VERTICA_URL: warehouse,
  FINPIPE_WORK_DIR: join(folder.path, name),
});
const onVertica = env(vertica.url, "vertica");
const embedded = env("embedded", "embedded");
for (const place of [onVertica, embedded]) await measure([...FINPIPE, "init"], place);
await psql(server.url, stagingSql());
await withSession(
  vertica.url,
  (session) => session.transaction(() => fill((sql) => session.query(sql))),
);
const session = await openEmbeddedSession(embedded.FINPIPE_WORK_DIR);
await fill((sql) => session.execute(sql));
await session.close();

const command = [...FINPIPE, "status"];
const totals = await new Deno.Command(command[0]!, {
  args: [...command.slice(1), "--problems"],
  env: onVertica,
}).output();
print(new TextDecoder().decode(totals.stdout).trim().split("\n").at(-2)!);
const seconds = (args: string[], env: Record<string, string>) => async () =>
  (await measure([...FINPIPE, ...args], env)).seconds;
const best = await bestOf(ROUNDS, {
  help: seconds(["--help"], {}),
  table: seconds(["status"], onVertica),
  json: seconds(["status", "--json"], onVertica),
  day: seconds(["status", "2020-01-03"], onVertica),
  embedded: seconds(["status"], embedded),
  embeddedDay: seconds(["status", "2020-01-03"], embedded),
});
for (const [name, time] of Object.entries(best)) print(`${name}: ${time.toFixed(2)} s`);
figure(`status of ${DAYS} dates (Vertica test server), its seconds`, best.table, 1);
figure("the same as JSON, its seconds", best.json, 1);
figure("status of all dates / of one, embedded warehouse", best.embedded / best.embeddedDay);

/** What staging records: rows landed, dumps, and a ledger with some retries. */
function stagingSql(): string {
  const days = `generate_series(0, ${DAYS - 1}) AS n`;
  const date = `date '${FIRST}' + n`;
  return `
    INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, watermark, topic_id)
    SELECT 'kafka', 'events', p, 0, '2022-10-01', 'x' FROM generate_series(0, ${
    PARTITIONS - 1
  }) AS p;
    INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
    SELECT p, 'transactions', ${date}, ${PER_DAY} + CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END
    FROM ${days}, generate_series(1, ${PARTITIONS}) AS p;
    INSERT INTO finpipe.landed_days (source_id, dataset, day, rows)
    SELECT 1, 'currencies', ${date}, 42 FROM ${days};
    INSERT INTO finpipe.dumps (
      dataset, day, sha256, rows, staged_rows, bytes, control_total, snapshot, sources, complete,
      created_at, version, host, work_dir
    )
    SELECT dataset, ${date}, lpad(n::text, 64, '0'), rows / 3, rows, 1000, 1, 'x', sources, true,
      '2026-01-01 03:00:00', 'finpipe 0.1.0', 'batch-1', '/work'
    FROM ${days}, (
      SELECT 'currencies' AS dataset, 42 AS rows, '[]' AS sources
      UNION ALL
      SELECT 'transactions', ${PER_DAY * PARTITIONS}, json_agg(json_build_object(
        'source', 'events', 'partition', p, 'next_position', 1, 'rows', ${PER_DAY}))::text
      FROM generate_series(0, ${PARTITIONS - 1}) AS p
    ) AS datasets;
    INSERT INTO finpipe.backfills (command, host, pid, version, started_at, ended_at, exit_code)
    VALUES ('finpipe backfill', 'batch-1', 1, '0.1.0', '2026-01-01 03:00:00', '2026-01-02', 0);
    INSERT INTO finpipe.attempts (
      backfill_id, ordinal, run_date, partition, step, number, state, started_at, ended_at, rows,
      version, host, pid, stood
    )
    SELECT 1, n * 10 + place, ${date} + 1, ${date}, step, number,
      CASE number WHEN 1 THEN 'failed' ELSE 'done' END,
      '2026-01-01 03:00:00', '2026-01-01 03:00:02.5', 1, '0.1.0', 'batch-1', 1, 'x'
    FROM ${days}, (VALUES ('dump', 1, 1), ('dump', 2, 2), ('load', 1, 3), ('load', 2, 4),
      ('dwh', 1, 5), ('dwh', 2, 6), ('cdm', 1, 7), ('cdm', 2, 8)) AS tries (step, number, place);
    ANALYZE`;
}

type Value = string | number | boolean | null;

/** What the warehouse records, in both schemas: the same SQL for both. */
async function fill(run: (sql: string) => Promise<unknown>): Promise<void> {
  const tables = new Map<string, string[]>();
  const add = async (table: string, ...values: Value[]) => {
    const rows = tables.get(table) ?? [];
    tables.set(table, rows);
    rows.push(`(${values.map(literal).join(", ")})`);
    if (rows.length === AT_ONCE) await run(`INSERT INTO ${table} VALUES ${rows.splice(0).join()}`);
  };
  const at = "2026-01-01 03:00:02";
  const version = "finpipe 0.1.0";
  for (let n = 0; n < DAYS; n++) {
    const date = FIRST.add({ days: n }).toString();
    const sha256 = String(n).padStart(64, "0");
    const loads = { transactions: uuid(1, n), currencies: uuid(2, n) };
    for (const [dataset, rows] of [["transactions", PER_DAY], ["currencies", 42]] as const) {
      const staged = dataset === "currencies" ? 42 : PER_DAY * PARTITIONS;
      const load = loads[dataset];
      await add(
        "finpipe_staging.loads",
        dataset,
        date,
        load,
        sha256,
        rows,
        1,
        rows,
        0,
        1,
        at,
        version,
      );
      await add(
        "finpipe_staging.load_origins",
        ...[load, dataset, date, staged, 1000, "[]", "2026-01-01 03:00:00", version],
      );
    }
    const [core, build] = [uuid(3, n), uuid(4, n)];
    const of = n % 20 === 0 ? uuid(9, n) : loads.transactions;
    await add(
      "finpipe_staging.builds",
      ...[core, "dwh", date, of, loads.currencies, "[]", null, PER_DAY, 0, version, at, true],
    );
    await add(
      "finpipe_staging.builds",
      ...[build, "cdm", date, of, loads.currencies, '["done"]', null, 6, 0, version, at, true],
    );
    for (const code of CURRENCIES) {
      const rate = ["0.970000", `${date} 00:00:00`, uuid(code, n)];
      await add("finpipe_staging.load_rates", loads.currencies, date, code, ...rate);
      for (const id of [core, build]) await add("finpipe_staging.build_rates", id, code, ...rate);
      const key = Number(date.replaceAll("-", "")) * 1000 + code;
      await add("finpipe_mart.global_metrics", key, date, code, 1, 1, 1, 1, at, version);
    }
  }
  for (const [table, rows] of tables) {
    if (rows.length > 0) await run(`INSERT INTO ${table} VALUES ${rows.join()}`);
  }
}

function uuid(kind: number, n: number): string {
  return `${String(kind).padStart(8, "0")}-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
