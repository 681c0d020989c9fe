/** Meta-functions: they stand alone in a SELECT, with literals (documentation, "Meta-functions"). */
import { type Answer, type Column, VerticaError } from "../engine.ts";
import { copyPartitions, dropPartitions, movePartitions, swapPartitions } from "./partitions.ts";
import { describePrivileges } from "./privileges.ts";
import { isToken, type Reader } from "./reader.ts";
import { rowsAnswer, type Session } from "./session.ts";
import type { Parameters } from "./statements.ts";
import { describeType } from "./types.ts";
import { unknown } from "./errors.ts";

/** An argument's text; null for NULL. */
export type Argument = string | null;
type MetaFunction = (session: Session, args: readonly Argument[]) => Promise<string>;

const FUNCTIONS: Record<string, MetaFunction> = {
  swap_partitions_between_tables: swapPartitions,
  move_partitions_to_table: movePartitions,
  copy_partitions_to_table: copyPartitions,
  drop_partitions: dropPartitions,
  set_client_label(session, args) {
    const [label] = args;
    if (args.length !== 1 || label === null) throw unknown("SET_CLIENT_LABEL with these arguments");
    session.clientLabel = label!;
    return Promise.resolve(`client_label set to ${label}`);
  },
  get_client_label: (session) => Promise.resolve(session.clientLabel),
  async close_session(session, [id]) {
    // A user may close his own, a superuser any.
    const other = [...session.engine.sessions].find(({ owner }) =>
      owner.sessionId === id && (session.isAdmin || owner.user === session.owner.user)
    );
    if (other === undefined || other === session) {
      throw new VerticaError("42710", 4700, "Session to close not found");
    }
    await other.close();
    return "Session close command sent. Check v_monitor.sessions for progress.";
  },
  get_privileges_description: describePrivileges,
  analyze_statistics: () => Promise.resolve("0"),
  make_ahm_now: () => Promise.resolve("AHM set"),
};

/** Whether the statement is `SELECT f(...)` of one of them, with perhaps a name for its column. */
export function isMetaFunction(reader: Reader): boolean {
  const name = reader.tokens[1]?.value ?? "";
  return isToken(reader.tokens[0], "select") && Object.hasOwn(FUNCTIONS, name) &&
    isToken(reader.tokens[2], "(");
}

export async function runMetaFunction(
  session: Session,
  reader: Reader,
  parameters: Parameters,
): Promise<Answer> {
  reader.expect("select");
  const name = reader.next().value;
  const args = readArguments(reader, parameters);
  const columns = metaColumns(reader);
  if (reader.accept("as") || !reader.isAtEnd) reader.identifier();
  reader.end();
  const text = await FUNCTIONS[name]!(session, args);
  return rowsAnswer("SELECT", columns, [[text]]);
}

export function metaColumns({ tokens }: Reader): Column[] {
  const isNamed = isToken(tokens.at(-2), "as") || isToken(tokens.at(-2), ")");
  const name = isNamed ? tokens.at(-1)!.value : tokens[1]!.value;
  return [describeType(name, { name: "varchar", length: 65_000 })];
}

function readArguments(reader: Reader, parameters: Parameters): Argument[] {
  const values = parameters?.values();
  const args: Argument[] = [];
  reader.expect("(");
  while (!reader.accept(")")) {
    if (args.length > 0) reader.expect(",");
    args.push(readArgument(reader, values));
  }
  return args;
}

function readArgument(reader: Reader, values: ArrayIterator<string | null> | undefined): Argument {
  reader.accept("date");
  const sign = reader.accept("-") ? "-" : "";
  const token = reader.next();
  if (token.kind === "parameter") {
    const next = values?.next();
    if (next === undefined || next.done) throw unknown("parameters here");
    return next.value;
  }
  if (token.kind === "string" || token.kind === "number") return sign + token.value;
  if (isToken(token, "null")) return null;
  if (isToken(token, "true") || isToken(token, "false")) return token.value;
  throw unknown("expressions as arguments of a meta-function", reader.sql, token.start);
}
