/** What a statement wants and gives, before it runs: Parse and Describe of the extended protocol. */
import type { Description } from "../engine.ts";
import { columnsOfQuery } from "./cursor.ts";
import { isToken, Reader } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import { named } from "./result_names.ts";
import { OUTPUT, type Session } from "./session.ts";
import { handlerOf } from "./statements.ts";
import { describeType, typeOfOid, typeOfResult } from "./types.ts";
import { unknown } from "./errors.ts";
import { isMetaFunction, metaColumns } from "./meta_functions.ts";

const ROWS_CHANGED = ["insert", "update", "delete", "merge"];

/** @throws VerticaError for what cannot be run */
export async function describeStatement(session: Session, sql: string): Promise<Description> {
  const reader = new Reader(sql);
  handlerOf(reader);
  const verb = reader.tokens.find(({ text }) => text !== "(")!.value;
  const tag = tagOf(reader, verb);
  const count = reader.tokens.filter(({ kind }) => kind === "parameter").length;
  if (ROWS_CHANGED.includes(verb)) {
    return { tag, parameters: await parametersOf(session, sql, count), columns: OUTPUT };
  }
  if (verb === "copy") {
    const isLocal = reader.tokens.some(({ kind, value }) => kind === "word" && value === "local");
    return {
      // By this tag the JDBC driver knows that it has to send the data.
      tag: isLocal ? "COPY_LOCAL" : tag,
      parameters: [],
      columns: [describeType("Rows Loaded", { name: "int" })],
    };
  }
  if (verb === "show") {
    const columns = ["name", "setting"].map((name) =>
      describeType(name, { name: "varchar", length: 8192 })
    );
    return { tag, parameters: [], columns };
  }
  if (verb !== "select" && verb !== "with") {
    if (count > 0) throw unknown("parameters in this statement");
    await readOnly(sql);
    return { tag, parameters: [], columns: null };
  }
  if (isMetaFunction(reader)) {
    return { tag, parameters: Array(count).fill(9), columns: metaColumns(reader) };
  }
  const parameters = await parametersOf(session, sql, count);
  const text = rewrite(sql, () => "NULL");
  const columns = await inStatement(session, () => columnsOfQuery(session.backend, text));
  return { tag, parameters, columns: named(reader, columns) };
}

/** Reads a statement as its handler does, which knows what it is told before it asks the session. */
async function readOnly(sql: string): Promise<void> {
  const reader = new Reader(sql);
  try {
    await handlerOf(reader)(NO_SESSION, reader, undefined);
  } catch (error) {
    if (error !== READ) throw error;
  }
}

const READ = new Error("The statement was read");
const NO_SESSION = new Proxy({} as Session, {
  get() {
    throw READ;
  },
});

/** `COPY_LOCAL` is what the JDBC driver (25.3) waits for; else the tag is that of the answer. */
function tagOf({ tokens }: Reader, verb: string): string {
  if (verb === "with" || verb === "select") return "SELECT";
  if (verb === "copy") {
    return tokens.some((token) => isToken(token, "local")) ? "COPY_LOCAL" : "COPY";
  }
  if (verb === "lock") return "LOCK TABLE";
  if (!["create", "alter", "drop", "truncate"].includes(verb)) return verb.toUpperCase();
  const kinds = ["table", "schema", "projection", "user", "role"];
  const kind = tokens.find(({ value }) => kinds.includes(value))?.value ?? "";
  return `${verb} ${kind}`.toUpperCase();
}

/** Types of the parameters, as PostgreSQL infers them from a statement that is not run. */
async function parametersOf(session: Session, sql: string, count: number): Promise<number[]> {
  if (count === 0) return [];
  const { backend } = session;
  const text = rewrite(sql, (index) => `$${index + 1}`);
  return await inStatement(session, async () => {
    await backend.query(`PREPARE v_described AS ${text}`);
    const { rows } = await backend.query(
      `SELECT type::oid FROM pg_prepared_statements, unnest(parameter_types) WITH ORDINALITY AS t (type, at)
       WHERE name = 'v_described' ORDER BY at`,
    );
    await backend.query("DEALLOCATE v_described");
    return rows.map(([oid]) =>
      describeType("", typeOfResult(Number(oid), -1) ?? { name: "varchar" }).oid
    );
  });
}

/** Texts that need no look, as clients send nearly all. */
const PLAIN: Record<string, RegExp> = {
  boolean: /^[tf01]$/,
  int: /^-?\d{1,18}$/,
  float: /^-?\d{1,15}(\.\d{1,9})?$/,
  numeric: /^-?\d{1,18}(\.\d{1,18})?$/,
};
const TEXTS = ["char", "varchar", "long varchar", "varbinary"];

/** @throws VerticaError for a value that is none of the type */
export async function readParameter(session: Session, oid: number, value: string): Promise<void> {
  const type = typeOfOid(oid);
  if (type === undefined || TEXTS.includes(type) || PLAIN[type]?.test(value)) return;
  const text = rewrite(`SELECT CAST(? AS ${type})`, [value]);
  await inStatement(session, () => session.backend.query(text));
}

/** With autocommit on, what was looked at leaves no transaction open. */
async function inStatement<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await session.backend.guarded(work);
  } finally {
    await session.endStatement();
  }
}
