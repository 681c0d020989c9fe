/** Users, roles and their rights: PostgreSQL's own roles, which check all that they may. */
import { type Answer, VerticaError } from "../engine.ts";
import { exists } from "./errors.ts";
import { type Name, quoted, quotedWord, type Reader } from "./reader.ts";
import { changeSchemaRight } from "./schema_rights.ts";
import type { Session } from "./session.ts";

const TABLE_RIGHTS = ["select", "insert", "update", "delete", "truncate", "references"];
const SCHEMA_RIGHTS = ["usage", "create"];

export async function createUser(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create", "user");
  const name = reader.identifier();
  const password = reader.accept("identified", "by") ? reader.string() : "";
  reader.end();
  await make(session, name, { isRole: false, password });
  return { kind: "done", tag: "CREATE USER" };
}

export async function createRole(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("create", "role");
  const name = reader.identifier();
  reader.end();
  await make(session, name, { isRole: true, password: null });
  return { kind: "done", tag: "CREATE ROLE" };
}

async function make(
  session: Session,
  name: string,
  { isRole, password }: { isRole: boolean; password: string | null },
): Promise<void> {
  await session.aloneInCatalog(async () => {
    requireAdmin(session);
    const { backend } = session;
    const { rows } = await backend.query("SELECT FROM v_engine_catalog.users WHERE name = $1", [
      name,
    ]);
    if (rows.length > 0) throw exists(name);
    await backend.query(`CREATE ROLE ${quotedWord(session.engine.roleOf(name)!)}`);
    const values = [name, isRole, password];
    await backend.query("INSERT INTO v_engine_catalog.users VALUES ($1, $2, $3)", values);
  });
}

export async function alterUser(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("alter", "user");
  const name = reader.identifier();
  if (reader.accept("default", "role")) {
    // Every role that was granted is in force: PostgreSQL's roles inherit.
    reader.until(() => false);
    reader.end();
    return { kind: "done", tag: "ALTER USER" };
  }
  reader.expect("identified", "by");
  const password = reader.string();
  reader.end();
  await session.aloneInCatalog(async () => {
    if (session.owner.user !== name) requireAdmin(session);
    await session.backend.asAdmin(() =>
      session.backend.query("UPDATE v_engine_catalog.users SET password = $2 WHERE name = $1", [
        name,
        password,
      ])
    );
  });
  return { kind: "done", tag: "ALTER USER" };
}

export async function dropRole(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("drop");
  const kind = reader.next().value;
  const ifExists = reader.accept("if", "exists");
  const name = reader.identifier();
  reader.accept("cascade");
  reader.end();
  await session.aloneInCatalog(async () => {
    requireAdmin(session);
    const { backend } = session;
    const { count } = await backend.query("DELETE FROM v_engine_catalog.users WHERE name = $1", [
      name,
    ]);
    if (count === 0 && ifExists) return;
    if (count === 0) throw noRole(name);
    const role = quotedWord(session.engine.roleOf(name)!);
    await backend.query(`DROP OWNED BY ${role}`);
    await backend.query(`DROP ROLE ${role}`);
  });
  return { kind: "done", tag: `DROP ${kind.toUpperCase()}` };
}

export function grant(session: Session, reader: Reader): Promise<Answer> {
  return changeRights(session, reader, "GRANT");
}

export function revoke(session: Session, reader: Reader): Promise<Answer> {
  return changeRights(session, reader, "REVOKE");
}

async function changeRights(
  session: Session,
  reader: Reader,
  verb: "GRANT" | "REVOKE",
): Promise<Answer> {
  reader.next();
  const rights = [reader.identifier()];
  while (reader.accept(",")) rights.push(reader.identifier());
  if (rights[0] === "all") reader.accept("privileges");
  const target = reader.accept("on") ? readTarget(reader) : undefined;
  reader.expect(verb === "GRANT" ? "to" : "from");
  const grantees = [reader.identifier()];
  while (reader.accept(",")) grantees.push(reader.identifier());
  const withGrant = reader.accept("with", "grant", "option") ? " WITH GRANT OPTION" : "";
  reader.accept("cascade");
  reader.end();
  const word = verb === "GRANT" ? "TO" : "FROM";
  await session.aloneInCatalog(async () => {
    for (const grantee of grantees) {
      const role = await roleOf(session, grantee);
      const to = role === "PUBLIC" ? role : quotedWord(role);
      if (target === undefined) {
        requireAdmin(session);
        for (const right of rights) {
          const given = quotedWord(await roleOf(session, right));
          await session.backend.query(`${verb} ${given} ${word} ${to}`);
        }
      } else await target(session, rights, { verb, suffix: `${word} ${to}${withGrant}`, role });
    }
  });
  return { kind: "done", tag: `${verb} ${target === undefined ? "ROLE" : "PRIVILEGE"}` };
}

type Target = (
  session: Session,
  rights: readonly string[],
  how: { verb: "GRANT" | "REVOKE"; suffix: string; role: string },
) => Promise<void>;

function readTarget(reader: Reader): Target {
  if (reader.accept("schema")) {
    const schema = reader.identifier();
    return (session, rights, how) => onSchema(session, schema, rights, how);
  }
  if (reader.accept("database")) {
    reader.identifier();
    return async ({ backend, engine }, rights, { verb, suffix }) => {
      const known = rights.every((right) => ["create", "temp", "temporary"].includes(right));
      if (!known) throw reader.unknown("these rights on a database");
      const [row] = await engine.query("SELECT current_database() AS name");
      await backend.query(`${verb} ${rights.join(", ")} ON DATABASE ${row!.name} ${suffix}`);
    };
  }
  if (reader.accept("all", "tables", "in", "schema")) {
    const schema = quotedWord(reader.identifier());
    return async ({ backend }, rights, { verb, suffix }) => {
      const list = tableRights(reader, rights);
      await backend.query(`${verb} ${list} ON ALL TABLES IN SCHEMA ${schema} ${suffix}`);
    };
  }
  reader.accept("table");
  const tables: Name[] = [reader.name()];
  while (reader.accept(",")) tables.push(reader.name());
  return async ({ backend }, rights, { verb, suffix }) => {
    const list = tableRights(reader, rights);
    await backend.query(`${verb} ${list} ON ${tables.map(quoted).join(", ")} ${suffix}`);
  };
}

function tableRights(reader: Reader, rights: readonly string[]): string {
  if (rights[0] === "all") return "ALL";
  if (!rights.every((right) => TABLE_RIGHTS.includes(right))) {
    throw reader.unknown("these rights on a table");
  }
  return rights.join(", ");
}

/** Rights on tables that are given on their schema are inherited by the tables made in it. */
async function onSchema(
  { backend }: Session,
  schema: string,
  rights: readonly string[],
  { verb, suffix, role }: { verb: "GRANT" | "REVOKE"; suffix: string; role: string },
): Promise<void> {
  const own = rights[0] === "all"
    ? ["ALL"]
    : rights.filter((right) => SCHEMA_RIGHTS.includes(right));
  if (own.length > 0) {
    await backend.query(`${verb} ${own.join(", ")} ON SCHEMA ${quotedWord(schema)} ${suffix}`);
  }
  const handedDown = rights.filter((right) => TABLE_RIGHTS.includes(right));
  if (own.length + handedDown.length < rights.length) {
    throw new VerticaError("42601", 4856, `Syntax error: rights ${rights.join(", ")} on a schema`);
  }
  await backend.asAdmin(async () => {
    for (const right of handedDown) {
      await changeSchemaRight(backend, { verb, schema, right, role });
    }
  });
}

async function roleOf(session: Session, name: string): Promise<string> {
  if (name === "public") return "PUBLIC";
  const role = session.engine.roleOf(name);
  const found = await session.engine.query(
    "SELECT FROM v_engine_catalog.users WHERE name = $1",
    [name],
  );
  if (found.length === 0 || role === undefined) throw noRole(name);
  return role;
}

function requireAdmin(session: Session): void {
  if (session.isAdmin) return;
  throw new VerticaError("42501", 4001, "Insufficient privileges: only a superuser may do that");
}

function noRole(name: string): VerticaError {
  return new VerticaError("42704", 4543, `User or role "${name}" does not exist`);
}
