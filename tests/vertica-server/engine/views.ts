/** CREATE VIEW and DROP VIEW (Vertica documentation, pages of these names). */
import type { Answer } from "../engine.ts";
import { exists, noRelation } from "./errors.ts";
import { forget } from "./ddl_tables.ts";
import { quoted, type Reader, shown } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import { inheritRights } from "./schema_rights.ts";
import type { Session } from "./session.ts";
import { DEFAULT_SCHEMA, lookUp } from "./tables.ts";

export async function createView(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create");
  const isReplaced = reader.accept("or", "replace");
  reader.expect("view");
  const given = reader.name();
  if (reader.is("(")) throw reader.unknown("names of a view's columns");
  if (reader.is("include") || reader.is("exclude")) throw reader.unknown("rights of a view");
  reader.expect("as");
  if (!reader.is("select") && !reader.is("with")) throw reader.error();
  const query = rewrite(reader.until(() => false));
  const name = { ...given, schema: given.schema ?? DEFAULT_SCHEMA };
  await session.aloneInCatalog(async () => {
    const { backend } = session;
    if (await lookUp(backend, name) !== undefined) throw exists(shown(given));
    const old = await viewOid(session, quoted(name));
    if (old !== undefined) {
      if (!isReplaced) throw exists(shown(given));
      await backend.query(`DROP VIEW ${quoted(name)}`);
      await backend.asAdmin(() => forget(backend, old));
    }
    await backend.query(`CREATE VIEW ${quoted(name)} AS ${query}`);
    const oid = (await viewOid(session, quoted(name)))!;
    await backend.asAdmin(() =>
      backend.query("INSERT INTO v_engine_catalog.tables (table_oid) VALUES ($1)", [oid])
    );
    const view = { ...name, oid, isTemporary: false, hasEnabledKeys: false };
    await inheritRights(session, view, undefined);
  });
  return { kind: "done", tag: "CREATE VIEW" };
}

export async function dropView(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("drop", "view");
  const ifExists = reader.accept("if", "exists");
  const name = reader.name();
  reader.end();
  await session.aloneInCatalog(async () => {
    const { backend } = session;
    const oid = await viewOid(session, quoted(name));
    if (oid === undefined) {
      if (ifExists) return;
      throw noRelation(shown(name));
    }
    await backend.query(`DROP VIEW ${quoted(name)}`);
    await backend.asAdmin(() => forget(backend, oid));
  });
  return { kind: "done", tag: "DROP VIEW" };
}

async function viewOid({ backend }: Session, name: string): Promise<string | undefined> {
  const { rows } = await backend.query(
    "SELECT oid FROM pg_class WHERE oid = to_regclass($1) AND relkind = 'v'",
    [name],
  );
  return rows[0]?.[0] ?? undefined;
}
