/** Schemas, projections, comments. */
import { type Answer, VerticaError } from "../engine.ts";
import { canonical } from "./create_table.ts";
import { exists, noColumn, noSchema } from "./errors.ts";
import { literal, quoted, quotedWord, type Reader } from "./reader.ts";
import { requireOwner } from "./rights.ts";
import type { Session } from "./session.ts";
import { columnsOf, findTable } from "./tables.ts";

async function hasSchema(session: Session, name: string): Promise<boolean> {
  const { rows } = await session.backend.query("SELECT FROM pg_namespace WHERE nspname = $1", [
    name,
  ]);
  return rows.length > 0;
}

export async function createSchema(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create", "schema");
  const ifNotExists = reader.accept("if", "not", "exists");
  const name = reader.identifier();
  const owner = reader.accept("authorization") ? reader.identifier() : undefined;
  const includes = reader.accept("default", "include", "privileges");
  if (!includes) reader.accept("default", "exclude", "privileges");
  reader.end();
  await session.aloneInCatalog(async () => {
    if (await hasSchema(session, name)) {
      if (ifNotExists) return;
      throw exists(name);
    }
    const role = owner === undefined ? undefined : session.engine.roleOf(owner);
    const authorization = role === undefined ? "" : ` AUTHORIZATION ${quotedWord(role)}`;
    await session.backend.query(`CREATE SCHEMA ${quotedWord(name)}${authorization}`);
    if (includes) await setInheritance(session, name, true);
  });
  return { kind: "done", tag: "CREATE SCHEMA" };
}

export async function alterSchema(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("alter", "schema");
  const name = reader.identifier();
  reader.expect("default");
  const includes = reader.accept("include");
  if (!includes) reader.expect("exclude");
  reader.accept("schema");
  reader.expect("privileges");
  reader.end();
  await session.aloneInCatalog(async () => {
    if (!await hasSchema(session, name)) throw noSchema(name);
    await setInheritance(session, name, includes);
  });
  return { kind: "done", tag: "ALTER SCHEMA" };
}

/** Whether tables that are made in it take over the rights given on the schema. */
async function setInheritance(session: Session, schema: string, isOn: boolean): Promise<void> {
  const { backend } = session;
  const { rows } = await backend.query(
    "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  if (rows[0]?.[0] !== "t") {
    throw new VerticaError("42501", 4368, `Permission denied for schema ${schema}`);
  }
  await backend.asAdmin(() =>
    backend.query(
      `INSERT INTO v_engine_catalog.schemas VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET includes_privileges = excluded.includes_privileges`,
      [schema, isOn],
    )
  );
}

export async function dropSchema(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("drop");
  if (reader.is("projection")) return await dropProjection(session, reader);
  reader.expect("schema");
  const ifExists = reader.accept("if", "exists");
  const name = reader.identifier();
  const cascade = reader.accept("cascade");
  reader.end();
  await session.aloneInCatalog(async () => {
    if (!await hasSchema(session, name)) {
      if (ifExists) return;
      throw noSchema(name);
    }
    await session.backend.query(`DROP SCHEMA ${quotedWord(name)}${cascade ? " CASCADE" : ""}`);
  });
  return { kind: "done", tag: "DROP SCHEMA" };
}

/** Of columns of one table; what it holds is the table's, so only the catalog knows it. */
export async function createProjection(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create", "projection");
  const ifNotExists = reader.accept("if", "not", "exists");
  const { name } = reader.name();
  const names = reader.is("(") ? reader.names() : undefined;
  reader.expect("as", "select");
  const selected = reader.accept("*") ? undefined : list(reader);
  reader.expect("from");
  const anchor = reader.name();
  let sort: string[] | undefined;
  if (reader.accept("order", "by")) sort = list(reader);
  let expression: string | undefined;
  if (reader.accept("segmented", "by")) {
    expression = reader.until(() => reader.is("all", "nodes"));
    reader.expect("all", "nodes");
  } else if (!reader.accept("unsegmented", "all", "nodes") && !reader.isAtEnd) {
    throw reader.unknown("this clause of CREATE PROJECTION");
  }
  if (reader.accept("ksafe") && !reader.isAtEnd) reader.number();
  reader.end();
  await session.aloneInCatalog(async () => {
    const { backend } = session;
    const table = await findTable(backend, anchor);
    await requireOwner(session, table);
    const all = (await columnsOf(backend, table)).map((column) => column.name);
    const columns = selected ?? all;
    for (const column of [...columns, ...sort ?? []]) {
      if (!all.includes(column)) throw noColumn(column);
    }
    if (names !== undefined && names.join() !== columns.join()) {
      throw reader.unknown("projections that name their columns anew");
    }
    const { rows } = await backend.query(
      "SELECT FROM v_engine_catalog.projections WHERE name = $1",
      [name],
    );
    if (rows.length > 0) {
      if (ifNotExists) return;
      throw exists(name);
    }
    const segmentation = expression === undefined ? null : canonical(expression, new Set(all));
    const isSuper = all.every((column) => columns.includes(column));
    await backend.asAdmin(() =>
      backend.query(
        `INSERT INTO v_engine_catalog.projections
           (table_oid, name, columns, sort, segmentation, is_super, create_type)
         VALUES ($1, $2, $3, $4, $5, $6, 'CREATE PROJECTION')`,
        [table.oid, name, columns, sort ?? columns, segmentation, isSuper],
      )
    );
  });
  return { kind: "done", tag: "CREATE PROJECTION" };
}

function list(reader: Reader): string[] {
  const names = [reader.identifier()];
  while (reader.accept(",")) names.push(reader.identifier());
  return names;
}

async function dropProjection(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("projection");
  const ifExists = reader.accept("if", "exists");
  const { name } = reader.name();
  reader.accept("cascade");
  reader.end();
  await session.aloneInCatalog(async () => {
    const { backend } = session;
    const { count } = await backend.asAdmin(() =>
      backend.query("DELETE FROM v_engine_catalog.projections WHERE name = $1", [name])
    );
    if (count === 0 && !ifExists) {
      throw new VerticaError("42V01", 4566, `Projection "${name}" does not exist`);
    }
  });
  return { kind: "done", tag: "DROP PROJECTION" };
}

export async function comment(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("comment", "on");
  const kind = reader.next().value;
  if (!["table", "column", "schema"].includes(kind)) throw reader.unknown("COMMENT ON this");
  const names = [reader.identifier()];
  while (reader.accept(".")) names.push(reader.identifier());
  reader.expect("is");
  const text = reader.accept("null") ? null : reader.string();
  reader.end();
  const name = names.length === 1
    ? quotedWord(names[0]!)
    : `${quoted({ schema: names.at(-3), name: names.at(-2)! })}.${quotedWord(names.at(-1)!)}`;
  await session.aloneInCatalog(() =>
    session.backend.query(`COMMENT ON ${kind} ${name} IS ${literal(text)}`)
  );
  return { kind: "done", tag: "COMMENT" };
}
