/**
 * The partition functions (Vertica documentation, "Partition functions"): an O lock on what they change,
 * all or nothing, and a transaction of their own. Whether they commit the one in progress no page says:
 * the worst is done here.
 */
import { VerticaError } from "../engine.ts";
import { type Name, Reader } from "./reader.ts";
import { requireRight } from "./rights.ts";
import type { Session } from "./session.ts";
import { differences } from "./table_shape.ts";
import { findTable, sqlName, type Table } from "./tables.ts";
import type { Argument } from "./meta_functions.ts";
import { literal } from "./reader.ts";

interface Range {
  min: string;
  max: string;
  forceSplit: boolean;
}

/** How a table is partitioned, as PostgreSQL runs it. */
interface Partitioning {
  key: string;
  group: string | null;
}

/** No page says what the epoch is good for here. */
let epoch = 1;

export async function swapPartitions(
  session: Session,
  args: readonly Argument[],
): Promise<string> {
  const [staging, min, max, target, split] = wanted(args, 4);
  const range = { min: min!, max: max!, forceSplit: isTrue(split) };
  const { swapCommits } = session.engine.switches;
  const within = <T>(work: () => Promise<T>) =>
    swapCommits ? session.alone(work) : session.inTransaction(work);
  return await within(async () => {
    const tables = await pair(session, staging!, target!, ["O", "O"]);
    const keys = await Promise.all(tables.map((table) => partitioning(session, table)));
    for (const index of [0, 1]) await checkSplit(session, tables[index]!, keys[index]!, range);
    const [from, to] = tables.map(sqlName);
    const inRange = condition(keys[0]!, range);
    const { backend } = session;
    const values: string[] = [];
    for (const table of [from, to]) values.push(await count(session, table!, keys[0]!, range));
    await backend.asAdmin(async () => {
      await backend.query(`CREATE TEMP TABLE v_swap AS SELECT * FROM ${from} WHERE ${inRange}`);
      await backend.query(`DELETE FROM ${from} WHERE ${inRange}`);
      await backend.query(
        `WITH moved AS (DELETE FROM ${to} WHERE ${inRange} RETURNING *)
         INSERT INTO ${from} SELECT * FROM moved`,
      );
      await backend.query(`INSERT INTO ${to} SELECT * FROM pg_temp.v_swap`);
      await backend.query("DROP TABLE pg_temp.v_swap");
    });
    return `${values[0]} partition values from table ${staging} and ${
      values[1]
    } partition values ` +
      `from table ${target} are swapped at epoch ${++epoch}.`;
  });
}

export async function movePartitions(
  session: Session,
  args: readonly Argument[],
): Promise<string> {
  return await transfer(session, args, "moved");
}

export async function copyPartitions(
  session: Session,
  args: readonly Argument[],
): Promise<string> {
  return await transfer(session, args, "copied");
}

export async function dropPartitions(
  session: Session,
  args: readonly Argument[],
): Promise<string> {
  const [name, min, max, split] = wanted(args, 3);
  const range = { min: min!, max: max!, forceSplit: isTrue(split) };
  return await session.alone(async () => {
    const table = await findTable(session.backend, nameOf(name!));
    await requireRight(session, table, "truncate");
    await session.lock(table, "O");
    failAsAskedFor(session, table);
    const key = await partitioning(session, table);
    await checkSplit(session, table, key, range);
    const { backend } = session;
    await backend.asAdmin(() =>
      backend.query(`DELETE FROM ${sqlName(table)} WHERE ${condition(key, range)}`)
    );
    return "Partition dropped";
  });
}

async function transfer(
  session: Session,
  args: readonly Argument[],
  verb: "moved" | "copied",
): Promise<string> {
  const [source, min, max, target, split] = wanted(args, 4);
  const range = { min: min!, max: max!, forceSplit: isTrue(split) };
  return await session.alone(async () => {
    const isMove = verb === "moved";
    const tables = await pair(session, source!, target!, [isMove ? "O" : "S", isMove ? "O" : "I"]);
    const key = await partitioning(session, tables[0]);
    await checkSplit(session, tables[0], key, range);
    const [from, to] = tables.map(sqlName);
    const values = await count(session, from!, key, range);
    const { backend } = session;
    const rows = isMove
      ? `WITH moved AS (DELETE FROM ${from} WHERE ${condition(key, range)} RETURNING *)
         INSERT INTO ${to} SELECT * FROM moved`
      : `INSERT INTO ${to} SELECT * FROM ${from} WHERE ${condition(key, range)}`;
    await backend.asAdmin(() => backend.query(rows));
    return `${values} distinct partition values ${verb} at epoch ${++epoch}.`;
  });
}

/** Both tables, locked, once all that must agree does. */
async function pair(
  session: Session,
  one: string,
  other: string,
  modes: readonly ["O" | "S", "O" | "I"],
): Promise<[Table, Table]> {
  const from = await findTable(session.backend, nameOf(one));
  const to = await findTable(session.backend, nameOf(other));
  if (from.oid === to.oid) throw refusal("source and target are the same table");
  for (const table of [from, to]) await requireRight(session, table, "partitions");
  await session.lock(from, modes[0]);
  await session.lock(to, modes[1]);
  failAsAskedFor(session, to);
  const [difference] = await differences(session.backend, from, to);
  if (difference !== undefined) throw refusal(`tables ${one} and ${other} differ in ${difference}`);
  return [from, to];
}

async function partitioning(session: Session, table: Table): Promise<Partitioning> {
  const { rows } = await session.backend.query(
    "SELECT partition_sql, group_sql FROM v_engine_catalog.tables WHERE table_oid = $1",
    [table.oid],
  );
  const [key, group] = rows[0] ?? [null, null];
  if (key === null) throw refusal(`table ${table.schema}.${table.name} is not partitioned`);
  return { key: key!, group: group! };
}

/** Where rows of the range share a container (a group) with others, it must be split. */
async function checkSplit(
  session: Session,
  table: Table,
  { key, group }: Partitioning,
  range: Range,
): Promise<void> {
  if (range.forceSplit || group === null) return;
  const inRange = condition({ key, group }, range);
  const { rows } = await session.backend.query(
    `SELECT FROM ${sqlName(table)} WHERE NOT (${inRange}) AND ${group} IN (
       SELECT ${group} FROM ${sqlName(table)} WHERE ${inRange}
     ) LIMIT 1`,
  );
  if (rows.length > 0) {
    throw refusal(
      `ROS containers of table ${table.schema}.${table.name} hold other partitions too and ` +
        "must be split, which force_split allows",
    );
  }
}

async function count(
  session: Session,
  table: string,
  key: Partitioning,
  range: Range,
): Promise<string> {
  const { rows } = await session.backend.query(
    `SELECT count(DISTINCT ${key.key}) FROM ${table} WHERE ${condition(key, range)}`,
  );
  return rows[0]![0]!;
}

function condition({ key }: Partitioning, { min, max }: Range): string {
  return `(${key}) BETWEEN ${literal(min)} AND ${literal(max)}`;
}

function failAsAskedFor(session: Session, table: Table): void {
  const { switches } = session.engine;
  if (switches.mergeoutConflicts === 0) return;
  switches.mergeoutConflicts--;
  // The page of SQLSTATE 55000 has number and words; which of the three a swap meets no page says.
  throw new VerticaError(
    "55000",
    2088,
    "A concurrent load into the partition or a concurrent mergeout operation interfered with this " +
      "statement",
    { detail: `Table ${table.schema}.${table.name}`, hint: "Call the function again" },
  );
}

function wanted(args: readonly Argument[], least: number): Argument[] {
  if (args.length < least || args.length > least + 1 || args.slice(0, least).includes(null)) {
    throw new VerticaError("42883", 3457, "Partition function: wrong number of arguments, or NULL");
  }
  return [...args];
}

function isTrue(argument: Argument | undefined): boolean {
  return /^(t|true|1|yes|on)$/i.test(argument ?? "");
}

function nameOf(text: string): Name {
  const reader = new Reader(text);
  const name = reader.name();
  reader.end();
  return name;
}

function refusal(reason: string): VerticaError {
  return new VerticaError("55000", 0, `Cannot change partitions: ${reason}`);
}
