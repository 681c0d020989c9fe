/** COPY FROM STDIN: what is made ready before the first byte. */
import { type Answer, VerticaError } from "../../engine.ts";
import { quoted, quotedWord, type Reader } from "../reader.ts";
import { requireRight, requireUsage } from "../rights.ts";
import { rewrite } from "../rewrite.ts";
import type { Session } from "../session.ts";
import { columnsOf, findTable, sqlName, type Table } from "../tables.ts";
import { describeType, postgresType } from "../types.ts";
import { RunningCopy } from "./copy_in.ts";
import { type CopyStatement, readCopy } from "./options.ts";
import { makeRejectedTable, RejectedRows } from "./rejected.ts";
import { RowMaker } from "./rows.ts";
import { type CopyTarget, type FieldTarget, targetOf, withoutComputed } from "./target.ts";

/** The table that fields stand in while others are computed of them. */
const FIELDS = { schema: "pg_temp", name: "v_copy_fields" };

export async function copy(session: Session, reader: Reader): Promise<Answer> {
  const statement = readCopy(reader);
  refuseAsAskedFor(session, statement);
  const { backend } = session;
  await backend.hold();
  try {
    const table = await findTable(backend, statement.table);
    await requireRight(session, table, "copy");
    if (statement.parser.kind === "csv") await requireUsage(session, "public");
    await session.lock(table, "I");
    if (table.hasEnabledKeys) await session.lock(table, "IV");
    const target = targetOf(statement, await columnsOf(backend, table));
    const direct = withoutComputed(target);
    const rejected = await makeRejectedTable(session, statement);
    const plan = {
      statement,
      rows: new RowMaker(statement, target.fields, {
        fallbacks: (direct ?? target.fields).map(({ fallback }) => fallback ?? null),
        switches: session.engine.switches,
      }),
      rejected: new RejectedRows(session, statement, rejected),
      ...direct === undefined
        ? await byWayOfFields(session, table, target)
        : { fill: fillOf(sqlName(table), direct), complete: undefined },
    };
    session.holdStatement();
    return {
      kind: "copy",
      isLocal: statement.isLocal,
      columns: [describeType("Rows Loaded", { name: "int" })],
      copy: new RunningCopy(session, plan),
    };
  } catch (error) {
    await session.giveUp();
    throw error;
  }
}

/** No page gives these words, nor says that it is so. */
function refuseAsAskedFor(session: Session, { enforcesLength, parser }: CopyStatement): void {
  if (!enforcesLength || parser.kind !== "csv") return;
  if (session.engine.switches.enforcesLengthByParser) return;
  throw new VerticaError("0A000", 0, "COPY: ENFORCELENGTH does not go with this parser");
}

function fillOf(table: string, fields: readonly FieldTarget[]): string {
  return `COPY ${table} (${fields.map(({ name }) => quotedWord(name)).join(", ")}) FROM STDIN`;
}

/** Fields into a table of their own, from where columns are computed of them. */
async function byWayOfFields(session: Session, table: Table, { fields, computed }: CopyTarget) {
  const { backend } = session;
  const columns = fields.map(({ name, type }) => `${quotedWord(name)} ${postgresType(type)}`);
  // The user may have no right to temporary tables: this one is not the user's.
  await backend.asAdmin(async () => {
    await backend.query(
      `CREATE TEMP TABLE ${quoted(FIELDS)} (${columns.join(", ")}) ON COMMIT DROP`,
    );
    await backend.query(`GRANT ALL ON ${quoted(FIELDS)} TO PUBLIC`);
  });
  const kept = fields.filter(({ isFiller }) => !isFiller).map(({ name }) => quotedWord(name));
  const targets = [...kept, ...computed.map(({ name }) => quotedWord(name))];
  const values = [...kept, ...computed.map(({ expression }) => rewrite(expression))];
  return {
    fill: fillOf(quoted(FIELDS), fields),
    async complete() {
      await backend.query(
        `INSERT INTO ${sqlName(table)} (${targets.join(", ")})
         SELECT ${values.join(", ")} FROM ${quoted(FIELDS)}`,
      );
      await backend.asAdmin(() => backend.query(`DROP TABLE ${quoted(FIELDS)}`));
    },
  };
}
