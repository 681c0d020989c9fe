/**
 * `dwh` of a large day against its INSERT ... SELECT alone, by hand, into an empty table, with the
 * members already there: in one run, on the embedded warehouse and on the Vertica test server. The
 * rest of a build is the members, first dates, the rates, the count, the swap and the record.
 */
import coreFacts from "../sql/warehouse/embedded/core_facts.sql" with { type: "text" };
import verticaFacts from "../sql/warehouse/vertica/core_facts.sql" with { type: "text" };
import { openEmbeddedSession } from "../lib/postgres/embedded.ts";
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
}

async function measurePlace({ name, warehouse, run, table, facts, values }: Place): Promise<void> {
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
  const best = await bestOf(ROUNDS, {
    hand: async () => {
      await run([table]);
      const seconds = await secondsOf(() => run([insert]));
      await run([`DROP TABLE ${table.split(" ")[2]}`]);
      return seconds;
    },
    build: () => secondsOf(() => warehouse.buildCore(DAY)),
  });
  print(
    `${name}: ${ROWS} rows, by hand ${best.hand.toFixed(2)} s, dwh ${best.build.toFixed(2)} s, ` +
      `the first one, which adds all members, ${first.toFixed(2)} s`,
  );
  figure(`${name}: dwh to its INSERT ... SELECT by hand`, best.build / best.hand, GOAL);
  figure(`${name}: the first dwh to that`, first / best.hand);
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
    });
  } finally {
    await session.close();
  }
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
    });
  } finally {
    await session.close();
  }
}

await embedded();
await vertica();
