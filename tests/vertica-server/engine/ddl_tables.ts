/** CREATE TABLE, run: PostgreSQL's table, and what Vertica's catalog says of it. */
import { type Answer, VerticaError } from "../engine.ts";
import type { Backend } from "./backend.ts";
import {
  type CreateTable,
  type CreateTableLike,
  type KeyClause,
  readCreateTable,
} from "./create_table.ts";
import { exists, noRelation } from "./errors.ts";
import { literal, type Name, quoted, quotedWord, type Reader, shown } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import type { Session } from "./session.ts";
import { inheritRights } from "./schema_rights.ts";
import { DEFAULT_SCHEMA, findTable, lookUp, type Table } from "./tables.ts";
import { lengthCheck, postgresType } from "./types.ts";

const DONE: Answer = { kind: "done", tag: "CREATE TABLE" };

export async function createTable(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create");
  const isLocal = reader.accept("local");
  if (reader.is("global")) throw reader.unknown("global temporary tables");
  const isTemporary = reader.accept("temp") || reader.accept("temporary");
  if (isLocal && !isTemporary) throw reader.error();
  if (isTemporary && !isLocal) throw reader.unknown("temporary tables that are not LOCAL");
  reader.expect("table");
  const clause = readCreateTable(reader, isTemporary);
  return await session.aloneInCatalog(async () => {
    const { backend } = session;
    const name = isTemporary
      ? { schema: "pg_temp", name: clause.name.name }
      : { ...clause.name, schema: clause.name.schema ?? DEFAULT_SCHEMA };
    if (await lookUp(backend, name) !== undefined) {
      if (clause.ifNotExists) return DONE;
      throw exists(shown(clause.name));
    }
    if (clause.kind === "like") await createLike(session, name, clause);
    else await createNew(session, name, clause);
    return DONE;
  });
}

async function createNew(session: Session, name: Name, clause: CreateTable): Promise<void> {
  const { backend } = session;
  const primary = new Set(
    clause.keys.filter(({ kind }) => kind === "p").flatMap(({ columns }) => columns),
  );
  const columns = clause.columns.map((column) => {
    const sqlName = quotedWord(column.name);
    const isRequired = !column.isNullable || primary.has(column.name);
    return `${sqlName} ${postgresType(column.type)}` +
      (column.default === undefined ? "" : ` DEFAULT ${rewrite(column.default)}`) +
      (isRequired ? " NOT NULL" : "") + lengthCheck(sqlName, column.type);
  });
  const checks = clause.checks.map((check) =>
    `CONSTRAINT ${quotedWord(check.name)} CHECK (${rewrite(check.condition)})`
  );
  const onCommit = clause.isTemporary
    ? ` ON COMMIT ${clause.deletesRowsAtCommit ? "DELETE" : "PRESERVE"} ROWS`
    : "";
  await backend.query(
    `CREATE ${clause.isTemporary ? "TEMP " : ""}TABLE ${quoted(name)} (${
      [...columns, ...checks].join(", ")
    })${onCommit}`,
  );
  const table = await findTable(backend, name);
  for (const key of clause.keys) await addKey(backend, table, key);
  await backend.asAdmin(() => describeNew(backend, table, clause));
  await inheritRights(session, table, clause.inherits);
}

/** What the catalog says of a new table. */
async function describeNew(backend: Backend, table: Table, clause: CreateTable): Promise<void> {
  await forget(backend, table.oid);
  const partition = clause.partitionText === undefined ? null : rewrite(clause.partitionText);
  const group = clause.groupText === undefined ? null : rewrite(clause.groupText);
  await backend.query("INSERT INTO v_engine_catalog.tables VALUES ($1, $2, $3, $4, $5)", [
    table.oid,
    clause.partitionBy ?? null,
    partition,
    clause.groupBy ?? null,
    group,
  ]);
  for (const [index, { type }] of clause.columns.entries()) {
    await backend.query("INSERT INTO v_engine_catalog.columns VALUES ($1, $2, $3, $4, $5, $6)", [
      table.oid,
      index + 1,
      type.name,
      type.length ?? null,
      type.precision ?? null,
      type.scale ?? null,
    ]);
  }
  await addKeysToCatalog(backend, table, clause.keys);
  const names = clause.columns.map(({ name }) => name);
  const segmentation = clause.segmentation === undefined
    ? `hash(${names.map((name) => `{t}.${name}`).join(", ")})`
    : clause.segmentation;
  await backend.query(
    `INSERT INTO v_engine_catalog.projections
       (table_oid, name, columns, sort, segmentation, is_super, create_type)
     VALUES ($1, $2, $3, $4, $5, true, 'CREATE TABLE')`,
    [table.oid, `${table.name}_super`, names, clause.sort ?? names, segmentation],
  );
}

/** All constraints but foreign keys are copied (documentation, "Replicating a table", "Copying constraints"). */
async function createLike(session: Session, name: Name, clause: CreateTableLike): Promise<void> {
  const { backend } = session;
  const source = await findTable(backend, clause.source);
  await backend.query(
    `CREATE TABLE ${quoted(name)} (LIKE ${
      quoted(source)
    } INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
  );
  const table = await findTable(backend, name);
  const { rows } = await backend.query(
    `SELECT name, kind, array_to_json(columns), is_enabled FROM v_engine_catalog.keys
     WHERE table_oid = $1 AND kind <> 'f'`,
    [source.oid],
  );
  const keys = rows.map(([key, kind, columns, isEnabled]): KeyClause => ({
    name: key!,
    kind: kind as "p" | "u",
    columns: JSON.parse(columns!),
    isEnabled: isEnabled === "t",
  }));
  for (const key of keys) await addKey(backend, table, key);
  await backend.asAdmin(async () => {
    await forget(backend, table.oid);
    await addKeysToCatalog(backend, table, keys);
    await copyCatalog(backend, source, table, clause.includesProjections);
  });
  await inheritRights(session, table, clause.inherits);
}

async function copyCatalog(
  backend: Backend,
  source: Table,
  table: Table,
  withProjections: boolean,
): Promise<void> {
  const [from, to] = [literal(source.oid), literal(table.oid)];
  await backend.query(
    `INSERT INTO v_engine_catalog.tables
     SELECT ${to}, partition_by, partition_sql, group_by, group_sql
     FROM v_engine_catalog.tables WHERE table_oid = ${from}`,
  );
  // Columns that were dropped leave gaps in the source's numbers, and none in the copy's.
  await backend.query(
    `INSERT INTO v_engine_catalog.columns
     SELECT ${to}, new.attnum, v.type, v.length, v."precision", v.scale
     FROM v_engine_catalog.columns AS v
     JOIN pg_attribute AS old ON old.attrelid = v.table_oid AND old.attnum = v.attnum
     JOIN pg_attribute AS new ON new.attrelid = ${to} AND new.attname = old.attname
     WHERE v.table_oid = ${from}`,
  );
  if (withProjections) {
    await backend.query(
      `INSERT INTO v_engine_catalog.projections
         (table_oid, name, columns, sort, segmentation, is_super, create_type)
       SELECT ${to}, ${literal(table.name)} || CASE
           WHEN starts_with(name, ${literal(source.name)})
           THEN substr(name, length(${literal(source.name)})::integer OPERATOR(pg_catalog.+) 1)
           ELSE '_' || name END,
         columns, sort, segmentation, is_super, create_type
       FROM v_engine_catalog.projections WHERE table_oid = ${from} ORDER BY projection_id`,
    );
    return;
  }
  // As for a table that says nothing of them: all columns, sorted by all, spread by all.
  await backend.query(
    `INSERT INTO v_engine_catalog.projections
       (table_oid, name, columns, sort, segmentation, is_super, create_type)
     SELECT ${to}, ${literal(`${table.name}_super`)}, names, names,
       'hash({t}.' || array_to_string(names, ', {t}.') || ')', true, 'CREATE TABLE'
     FROM (SELECT array_agg(attname::text ORDER BY attnum) AS names FROM pg_attribute
       WHERE attrelid = ${to} AND attnum > 0 AND NOT attisdropped) AS one`,
  );
}

/** A key that is not enabled is told of and never checked. */
async function addKey(backend: Backend, table: Table, key: KeyClause): Promise<void> {
  if (!key.isEnabled) return;
  const columns = key.columns.map(quotedWord).join(", ");
  // PostgreSQL's index has a name of the whole schema; what is behind the point makes it one.
  const name = quotedWord(`${key.name}.${crypto.randomUUID().slice(0, 8)}`);
  const kind = key.kind === "p" ? "PRIMARY KEY" : "UNIQUE";
  await backend.query(
    `ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${name} ${kind} (${columns})`,
  );
}

async function addKeysToCatalog(
  backend: Backend,
  table: Table,
  keys: readonly KeyClause[],
): Promise<void> {
  for (const key of keys) {
    const { name, kind, columns, isEnabled } = key;
    const [oid, referenced] = await referredBy(backend, key);
    const values = [table.oid, name, kind, columns, isEnabled, oid, referenced];
    await backend.query(
      "INSERT INTO v_engine_catalog.keys VALUES ($1, $2, $3, $4, $5, $6, $7)",
      values,
    );
  }
}

/** The table and the columns of a foreign key, which must be its primary key. */
async function referredBy(
  backend: Backend,
  { references, columns }: KeyClause,
): Promise<[oid: string | null, columns: string[] | null]> {
  if (references === undefined) return [null, null];
  const table = await lookUp(backend, references.table);
  if (table === undefined) throw noRelation(shown(references.table));
  const { rows } = await backend.query(
    "SELECT array_to_json(columns) FROM v_engine_catalog.keys WHERE table_oid = $1 AND kind = 'p'",
    [table.oid],
  );
  const primary: string[] = JSON.parse(rows[0]?.[0] ?? "[]");
  const asked = references.columns ?? primary;
  if (primary.length !== columns.length || asked.join() !== primary.join()) {
    // Likely; no page quotes it.
    throw new VerticaError(
      "42830",
      3371,
      `Foreign key does not refer to the primary key of ${shown(references.table)}`,
    );
  }
  return [table.oid, primary];
}

/** Takes a table out of the catalog: dropped, or its number is used anew. */
export async function forget(backend: Backend, oid: string): Promise<void> {
  for (const name of ["tables", "columns", "projections", "keys"]) {
    await backend.query(`DELETE FROM v_engine_catalog.${name} WHERE table_oid = $1`, [oid]);
  }
}
