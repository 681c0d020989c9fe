/** The rows of a query, read in parts: memory is one part, however many rows there are. */
import { type Answer, type Column, type Row, VerticaError } from "../engine.ts";
import type { Backend, TextResult } from "./backend.ts";
import { columnsOfResult } from "./result_columns.ts";
import { rowsAnswer, type Session } from "./session.ts";

/** Rows that are read at once. */
const PART = 1000;

/** @param sql a query for PostgreSQL, by what its columns are */
export async function readQuery(
  session: Session,
  sql: string,
  withColumns: (columns: Column[]) => string,
): Promise<Answer> {
  const { backend } = session;
  const name = `v_cursor_${crypto.randomUUID().slice(0, 8)}`;
  let begun: { columns: Column[]; ordered: string } | undefined;
  const first = await session.inTransaction(async () => {
    const columns = await open(backend, name, sql);
    const ordered = withColumns(columns);
    begun = { columns, ordered };
    if (ordered !== sql) {
      await backend.query(`CLOSE ${name}`);
      await backend.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${ordered}`);
    }
    // Between two statements of PostgreSQL's its cancellation meets nobody.
    session.stopped?.throwIfAborted();
    const rows = await part(backend, name);
    const isWhole = rows.length < PART;
    if (isWhole) await backend.query(`CLOSE ${name}`);
    return { columns, ordered, rows, isWhole };
  }, ({ isWhole }) => isWhole).catch(async (error) => {
    const rows = begun === undefined ? [] : await upToFailure(session, begun.ordered, error);
    if (rows.length === 0) throw error;
    return { columns: begun!.columns, rows: failing(rows, error), isFailed: true as const };
  });
  if ("isFailed" in first) {
    return { kind: "rows", tag: "", columns: first.columns, rows: first.rows };
  }
  if (first.isWhole) return rowsAnswer("", first.columns, first.rows);
  session.holdStatement();
  return {
    kind: "rows",
    tag: "",
    columns: first.columns,
    rows: rest(session, { name, sql: first.ordered }, first.rows),
  };
}

async function* failing(rows: readonly Row[], error: unknown): AsyncGenerator<Row> {
  yield* rows;
  throw error;
}

/**
 * The rows before the one that made a query fail, of those that were not sent yet: they come before the
 * error (vertica-python, `test_nextset_with_error_2`). PostgreSQL gives the rows of a FETCH when it has all
 * of them, so here they are read again, one by one.
 */
async function upToFailure(
  session: Session,
  sql: string,
  error: unknown,
  sent = 0,
): Promise<Row[]> {
  if (!(error instanceof VerticaError) || !error.sqlState.startsWith("22")) return [];
  const { backend } = session;
  const name = "v_until_failure";
  const rows: Row[] = [];
  try {
    await session.inTransaction(async () => {
      await backend.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
      if (sent > 0) await backend.query(`MOVE ${sent} FROM ${name}`);
      while (rows.length < PART) rows.push(...rowsOf(await backend.query(`FETCH 1 FROM ${name}`)));
      throw error;
    });
  } catch (again) {
    if (again !== error && !(again instanceof VerticaError)) throw again;
  }
  return rows;
}

/** What a query for PostgreSQL would give; it is not run. */
export async function columnsOfQuery(backend: Backend, sql: string): Promise<Column[]> {
  const columns = await open(backend, "v_described", sql);
  await backend.query("CLOSE v_described");
  return columns;
}

async function open(backend: Backend, name: string, sql: string): Promise<Column[]> {
  await backend.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
  return await columnsOfResult(backend, await backend.query(`FETCH 0 FROM ${name}`));
}

async function part(backend: Backend, name: string): Promise<Row[]> {
  return rowsOf(await backend.query(`FETCH ${PART} FROM ${name}`));
}

/** Ends the statement when all was read, or nobody wants more. */
async function* rest(
  session: Session,
  { name, sql }: { name: string; sql: string },
  first: Row[],
): AsyncGenerator<Row> {
  const { backend } = session;
  let rows = first;
  let sent = 0;
  try {
    while (true) {
      yield* rows;
      sent += rows.length;
      if (rows.length < PART) break;
      session.stopped?.throwIfAborted();
      try {
        rows = await backend.guarded(() => part(backend, name));
      } catch (error) {
        yield* await upToFailure(session, sql, error, sent);
        throw error;
      }
    }
    await backend.query(`CLOSE ${name}`);
  } catch (error) {
    throw session.stopReason(error);
  } finally {
    session.finishStatement();
    await session.endStatement();
  }
}

/** PostgreSQL's text is Vertica's but for binary values. */
function rowsOf({ fields, rows }: TextResult): Row[] {
  const binary = fields.flatMap(({ dataTypeID }, index) => dataTypeID === 17 ? [index] : []);
  if (binary.length === 0) return rows;
  return rows.map((row) =>
    row.map((value, index) => value !== null && binary.includes(index) ? octal(value) : value)
  );
}

/** `\x41ff` as `A\377`. */
function octal(hex: string): string {
  return hex.slice(2).replaceAll(/../g, (pair) => {
    const byte = parseInt(pair, 16);
    if (byte === 0x5c) return "\\\\";
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return `\\${byte.toString(8).padStart(3, "0")}`;
  });
}
