/**
 * `dwh` of a large day against its INSERT ... SELECT alone, by hand, into an empty table, with the
 * members already there: in one run, on the embedded warehouse and on the Vertica test server. The
 * rest of a build is the members, first dates, the rates, the count, the swap and the record.
 *
 * On the embedded engine `dwh` also has settings of its own (core_plan.sql), so the statement is run with
 * these, too. Vertica swaps partitions by their names; the test server copies the rows of both days, which
 * is measured apart.
 *
 * `deno run -A bench/core.ts [rows] [rounds] [embedded|vertica]`
 */
import corePlan from "../sql/warehouse/embedded/core_plan.sql" with { type: "text" };
import coreFacts from "../sql/warehouse/embedded/core_facts.sql" with { type: "text" };
import verticaSwap from "../sql/warehouse/vertica/swap.sql" with { type: "text" };
import verticaFacts from "../sql/warehouse/vertica/core_facts.sql" with { type: "text" };
import { openEmbeddedSession } from "../lib/postgres/embedded.ts";
import type { SqlSession } from "../lib/postgres/session.ts";
import { Identifier, type SqlValues, templatesOf } from "../lib/sql/template.ts";
import { EmbeddedWarehouse } from "../lib/warehouse/embedded/warehouse.ts";
import type { WarehouseRepository } from "../lib/warehouse/repository.ts";
import { dayValues, schemaValues } from "../lib/warehouse/variables.ts";
import {
  total,
  writePartition,
  writePartitionText,
} from "../tests/support/partitions/reference.ts";
import { objectId, rate } from "../tests/support/partitions/rows.ts";
import { openTestVertica } from "../tests/support/vertica/place.ts";
import { benchFolder, bestOf, figure, print } from "./support.ts";

const ROWS = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 3);
const GOAL = 1.2;
const DAY = Temporal.PlainDate.from("2022-10-01");
const SCHEMAS = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
const now = () => Temporal.Instant.from("2022-10-02T00:00:00Z");
const LIMITS = { maxRejected: 0, signal: new AbortController().signal };
/** Accounts that send; as many others receive. */
const ACCOUNTS = 100_000;

/** Of the facts: the column, the dimension, its key. */
const FOREIGN_KEYS: readonly [column: string, dimension: string, key: string][] = [
  ["date_key", "dim_dates", "date_key"],
  ["account_from_key", "dim_accounts", "account_key"],
  ["account_to_key", "dim_accounts", "account_key"],
  ["currency_key", "dim_currencies", "currency_key"],
  ["country_key", "dim_countries", "country_key"],
  ["status_key", "dim_statuses", "status_key"],
  ["transaction_type_key", "dim_transaction_types", "transaction_type_key"],
];

/** A warehouse that is measured. */
interface Place {
  name: string;
  warehouse: WarehouseRepository;
  /** The statements in one transaction. */
  run: (statements: readonly string[]) => Promise<void>;
  /** Makes an empty table for the facts by hand. */
  table: string;
  /** The file of the statement that fills it, and values of that. */
  facts: string;
  values: SqlValues;
  /** Settings that `dwh` makes in its transaction. */
  settings: readonly string[];
  /** Swaps the table that was filled by hand for the day. */
  swap: string | undefined;
}

async function measurePlace(place: Place): Promise<void> {
  const { name, warehouse, run, table, facts, values, settings, swap } = place;
  await using folder = await benchFolder();
  await warehouse.migrate();
  const rates = ["410", "430", "440", "450"].map((currency_code) =>
    rate(DAY.toString(), { currency_code, currency_with_div: "1.250000" })
  );
  await warehouse.replaceDay(
    await writePartition(folder.path, "currencies", DAY.toString(), rates),
    LIMITS,
  );
  const { text, amounts } = transactionsText();
  const figures = { rows: ROWS, control_total: total(amounts) };
  await warehouse.replaceDay(
    await writePartitionText(folder.path, "transactions", DAY.toString(), text, figures),
    LIMITS,
  );
  const first = await secondsOf(() => warehouse.buildCore(DAY));
  const insert = templatesOf(facts)[0]!.withLiterals({
    ...schemaValues(SCHEMAS),
    ...dayValues(DAY),
    now: "2022-10-02 00:00:00",
    source: "by hand",
    ...values,
  });
  const byHand = async (statements: readonly string[], then?: string) => {
    await run([table]);
    const seconds = [await secondsOf(() => run(statements))];
    if (then !== undefined) seconds.push(await secondsOf(() => run([then])));
    await run([`DROP TABLE ${table.split(" ")[2]}`]);
    return seconds.at(-1)!;
  };
  const works: Record<string, () => Promise<number>> = {
    hand: () => byHand([insert]),
    build: () => secondsOf(() => warehouse.buildCore(DAY)),
  };
  if (settings.length > 0) works.settled = () => byHand([...settings, insert]);
  if (swap !== undefined) works.swap = () => byHand([insert], swap);
  const { hand = 0, build = 0, settled, swap: swapping } = await bestOf(ROUNDS, works);
  print(
    `${name}: ${ROWS} rows, by hand ${hand.toFixed(2)} s, dwh ${build.toFixed(2)} s, ` +
      `the first one, which adds all members, ${first.toFixed(2)} s`,
  );
  figure(`${name}: dwh to its INSERT ... SELECT by hand`, build / hand, GOAL);
  if (settled !== undefined) {
    figure(`${name}: dwh to that statement with the settings of dwh`, build / settled);
  }
  if (swapping !== undefined) {
    print(`${name}: the swap of the day, done by copying rows, ${swapping.toFixed(2)} s`);
    figure(`${name}: dwh without that swap to the statement`, (build - swapping) / hand);
  }
  figure(`${name}: the first dwh to that`, first / hand);
}

/** A day's file, and its amounts. */
function transactionsText(): { text: string; amounts: string[] } {
  const parts: string[] = [];
  const amounts: string[] = [];
  const statuses = ["done", "done", "done", "blocked", "chargeback"];
  for (let i = 0; i < ROWS; i++) {
    const id = objectId(i);
    const second = String(i % 60).padStart(2, "0");
    const amount = String(i % 7 * 1000 - 2000);
    amounts.push(amount);
    parts.push(
      `${id},${DAY} 00:33:${second},${id},${i * 7919 % ACCOUNTS + 1},` +
        `${ACCOUNTS + i * 104_729 % ACCOUNTS + 1},${410 + i % 5 * 10},country ${i % 20},` +
        `${statuses[i % 5]},type ${i % 8},${amount},${DAY} 12:33:${second}\n`,
    );
  }
  return { text: parts.join(""), amounts };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function embedded(): Promise<void> {
  await using folder = await benchFolder();
  const session = await openEmbeddedSession(folder.path);
  try {
    await measurePlace({
      name: "embedded",
      warehouse: new EmbeddedWarehouse(session, { ...SCHEMAS, now }),
      run: (statements) =>
        session.transaction(async () => {
          for (const statement of statements) await session.execute(statement);
        }),
      table:
        "CREATE TABLE finpipe_mart.fct_transactions_build (LIKE finpipe_mart.fct_transactions)",
      facts: coreFacts,
      values: {},
      settings: templatesOf(corePlan).map((statement) => statement.withLiterals({})),
      swap: undefined,
    });
    await measureForeignKeys(session);
  } finally {
    await session.close();
  }
}

/** What the embedded warehouse does without: each key of a fact would be looked up in its dimension. */
async function measureForeignKeys(session: SqlSession): Promise<void> {
  const warehouse = new EmbeddedWarehouse(session, { ...SCHEMAS, now });
  const alter = (clause: (column: string, dimension: string, key: string) => string) =>
    session.execute(
      FOREIGN_KEYS.map(([column, dimension, key]) =>
        `ALTER TABLE finpipe_mart.fct_transactions ${clause(column, dimension, key)};`
      ).join("\n"),
    );
  const best = await bestOf(ROUNDS, {
    without: () => secondsOf(() => warehouse.buildCore(DAY)),
    async with() {
      await alter((column, dimension, key) =>
        `ADD CONSTRAINT of_${column} FOREIGN KEY (${column})
           REFERENCES finpipe_mart.${dimension} (${key})`
      );
      const seconds = await secondsOf(() => warehouse.buildCore(DAY));
      await alter((column) => `DROP CONSTRAINT of_${column}`);
      return seconds;
    },
  });
  figure("embedded: dwh with foreign keys in the facts to dwh", best.with / best.without);
}

async function vertica(): Promise<void> {
  await using server = await openTestVertica();
  await using warehouse = server.warehouse({ ...SCHEMAS, now });
  const session = await server.session();
  try {
    await measurePlace({
      name: "Vertica test server",
      warehouse,
      run: (statements) =>
        session.transaction(async () => {
          for (const statement of statements) await session.query(statement);
        }),
      table: "CREATE TABLE finpipe_staging.by_hand " +
        "LIKE finpipe_mart.fct_transactions INCLUDING PROJECTIONS",
      facts: verticaFacts,
      values: { transactions_side: new Identifier("by_hand") },
      settings: [],
      swap: templatesOf(verticaSwap)[0]!.withLiterals({
        ...dayValues(DAY),
        side_table_path: "finpipe_staging.by_hand",
        dataset_table_path: "finpipe_mart.fct_transactions",
      }),
    });
  } finally {
    await session.close();
  }
}

if (Deno.args[2] !== "vertica") await embedded();
if (Deno.args[2] !== "embedded") await vertica();
// The tests' PostgreSQL, which is behind the server, ends with this process, and keeps it from ending.
Deno.exit();
