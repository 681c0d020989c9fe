/** ALTER TABLE, DROP TABLE, TRUNCATE TABLE. */
import { type Answer, VerticaError } from "../engine.ts";
import type { Backend } from "./backend.ts";
import { forget } from "./ddl_tables.ts";
import { exists, noColumn, noRelation, unknown } from "./errors.ts";
import { type Name, quoted, quotedWord, type Reader, shown } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import { requireOwner, requireRight } from "./rights.ts";
import type { Session } from "./session.ts";
import { columnsOf, findTable, lookUp, sqlName, type Table } from "./tables.ts";
import { lengthCheck, postgresType, readType } from "./types.ts";

export async function alterTable(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("alter", "table");
  const name = reader.name();
  const change = readChange(reader);
  reader.end();
  await session.alone(async () => {
    const table = await findTable(session.backend, name);
    await requireOwner(session, table);
    await session.lock(table, "O");
    await change(session.backend, table);
  });
  return { kind: "done", tag: "ALTER TABLE" };
}

type Change = (backend: Backend, table: Table) => Promise<void>;

function readChange(reader: Reader): Change {
  if (reader.accept("rename", "to")) {
    const to = reader.identifier();
    return async (backend, table) => {
      const other = { schema: table.schema, name: to };
      if (await lookUp(backend, other) !== undefined) throw exists(shown(other));
      await backend.query(`ALTER TABLE ${sqlName(table)} RENAME TO ${quotedWord(to)}`);
    };
  }
  if (reader.accept("rename", "column") || reader.accept("rename")) {
    const from = reader.identifier();
    reader.expect("to");
    const to = reader.identifier();
    return async (backend, table) => {
      await backend.query(
        `ALTER TABLE ${sqlName(table)} RENAME ${quotedWord(from)} TO ${quotedWord(to)}`,
      );
      await backend.asAdmin(() =>
        backend.query(
          `UPDATE v_engine_catalog.projections
           SET columns = array_replace(columns, $2, $3), sort = array_replace(sort, $2, $3)
           WHERE table_oid = $1`,
          [table.oid, from, to],
        )
      );
    };
  }
  if (reader.accept("add", "column") || reader.accept("add")) return readAddColumn(reader);
  if (reader.accept("drop", "column") || reader.accept("drop")) return readDropColumn(reader);
  throw reader.unknown("this change of a table");
}

function readAddColumn(reader: Reader): Change {
  if (reader.is("constraint") || reader.is("primary")) throw reader.unknown("ADD CONSTRAINT");
  const ifMissing = reader.accept("if", "not", "exists");
  const name = reader.identifier();
  const type = readType(reader);
  let clauses = "";
  while (!reader.isAtEnd) {
    if (reader.accept("not", "null")) clauses += " NOT NULL";
    else if (reader.accept("default")) {
      clauses += ` DEFAULT ${rewrite(reader.until(() => reader.is("not") || reader.is("null")))}`;
    } else if (!reader.accept("null")) throw reader.unknown("this part of a column");
  }
  return async (backend, table) => {
    const column = quotedWord(name);
    if (ifMissing && (await columnsOf(backend, table)).some((found) => found.name === name)) return;
    await backend.query(
      `ALTER TABLE ${sqlName(table)} ADD COLUMN ${column} ${postgresType(type)}${clauses}${
        lengthCheck(column, type)
      }`,
    );
    await backend.asAdmin(async () => {
      await backend.query(
        `INSERT INTO v_engine_catalog.columns
         SELECT attrelid, attnum, $3, $4, $5, $6 FROM pg_attribute
         WHERE attrelid = $1 AND attname = $2`,
        [table.oid, name, type.name, type.length, type.precision, type.scale].map((value) =>
          value ?? null
        ),
      );
      await backend.query(
        `UPDATE v_engine_catalog.projections SET columns = array_append(columns, $2)
         WHERE table_oid = $1 AND is_super`,
        [table.oid, name],
      );
    });
  };
}

/**
 * Documentation, "Dropping table columns": without CASCADE nothing may depend on the column, and no key
 * column is ever dropped.
 */
function readDropColumn(reader: Reader): Change {
  if (reader.is("constraint")) throw reader.unknown("DROP CONSTRAINT");
  const ifExists = reader.accept("if", "exists");
  const name = reader.identifier();
  if (reader.is("cascade")) throw reader.unknown("DROP COLUMN with CASCADE");
  reader.accept("restrict");
  return async (backend, table) => {
    if (!(await columnsOf(backend, table)).some((found) => found.name === name)) {
      if (ifExists) return;
      throw noColumn(name);
    }
    const { rows } = await backend.query(
      `SELECT 1 FROM v_engine_catalog.keys WHERE table_oid = $1 AND $2 = ANY (columns)
       UNION ALL SELECT 1 FROM v_engine_catalog.projections
       WHERE table_oid = $1 AND ($2 = ANY (sort) OR NOT is_super AND $2 = ANY (columns)
         OR segmentation ~ ('\\m' || $2 || '\\M'))
       UNION ALL SELECT 1 FROM v_engine_catalog.tables
       WHERE table_oid = $1 AND concat(partition_by, group_by) ~ ('\\m' || $2 || '\\M')`,
      [table.oid, name],
    );
    if (rows.length > 0) {
      // Likely; no page quotes it.
      throw new VerticaError("2BV01", 3128, `DROP failed: something depends on column "${name}"`);
    }
    const column = quotedWord(name);
    await backend.asAdmin(async () => {
      await backend.query(
        `DELETE FROM v_engine_catalog.columns WHERE table_oid = $1 AND attnum =
           (SELECT attnum FROM pg_attribute WHERE attrelid = $1 AND attname = $2)`,
        [table.oid, name],
      );
      await backend.query(
        `UPDATE v_engine_catalog.projections SET columns = array_remove(columns, $2)
         WHERE table_oid = $1`,
        [table.oid, name],
      );
    });
    await backend.query(`ALTER TABLE ${sqlName(table)} DROP COLUMN ${column}`);
  };
}

export async function dropTable(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("drop", "table");
  const ifExists = reader.accept("if", "exists");
  const names: Name[] = [reader.name()];
  while (reader.accept(",")) names.push(reader.name());
  const cascade = reader.accept("cascade");
  reader.end();
  await session.alone(async () => {
    const { backend } = session;
    for (const name of names) {
      const table = await lookUp(backend, name);
      if (table === undefined) {
        if (ifExists) continue;
        throw noRelation(shown(name));
      }
      await requireOwner(session, table);
      await refuseProjections(backend, table, cascade);
      await session.lock(table, "O");
      await backend.query(`DROP TABLE ${sqlName(table)}`);
      await backend.asAdmin(() => forget(backend, table.oid));
    }
  });
  return { kind: "done", tag: "DROP TABLE" };
}

/** Projections that somebody made keep their table, unless CASCADE is said. */
async function refuseProjections(backend: Backend, table: Table, cascade: boolean): Promise<void> {
  if (cascade) return;
  const { rows } = await backend.query(
    `SELECT name FROM v_engine_catalog.projections
     WHERE table_oid = $1 AND create_type = 'CREATE PROJECTION'`,
    [table.oid],
  );
  if (rows.length === 0) return;
  throw new VerticaError("2BV01", 3128, "DROP failed due to dependencies", {
    detail: `Projection ${rows[0]![0]} depends on Table ${table.name}`,
    hint: "Use DROP ... CASCADE to drop the dependent objects too",
  });
}

/** DELETE, as PostgreSQL's TRUNCATE would wait for readers, which hold no locks in Vertica. */
export async function truncate(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("truncate", "table");
  const name = reader.name();
  if (!reader.isAtEnd) throw unknown("TRUNCATE of more than one table");
  await session.alone(async () => {
    const { backend } = session;
    const table = await findTable(backend, name);
    await requireRight(session, table, "truncate");
    await session.lock(table, "O");
    await backend.asAdmin(() => backend.query(`DELETE FROM ${quoted(table)}`));
  });
  return { kind: "done", tag: "TRUNCATE TABLE" };
}
