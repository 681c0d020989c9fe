/** Which statements are known, and what runs each; the rest is refused. */
import type { Answer } from "../engine.ts";
import { syntaxError, unknown } from "./errors.ts";
import { alterTable, dropTable, truncate } from "./ddl_change.ts";
import { createTable } from "./ddl_tables.ts";
import { alterSchema, comment, createProjection, createSchema, dropSchema } from "./ddl_other.ts";
import { changeRows } from "./dml.ts";
import { alterUser, createRole, createUser, dropRole, grant, revoke } from "./grants.ts";
import { lockTable } from "./lock_table.ts";
import { select } from "./query.ts";
import type { Reader } from "./reader.ts";
import type { Session } from "./session.ts";
import { createView, dropView } from "./views.ts";
import { setParameter, showParameter } from "./settings.ts";
import { begin, commit, rollback, savepoint } from "./transaction.ts";
import { copy } from "./copy/statement.ts";

export type Parameters = readonly (string | null)[] | undefined;
export type Handler = (
  session: Session,
  reader: Reader,
  parameters: Parameters,
) => Promise<Answer>;

/** By the words that a statement begins with; the first that fits. */
const HANDLERS: readonly [words: string, handler: Handler][] = [
  ["select", select],
  ["with", select],
  ["(", select],
  ["insert into", changeRows],
  ["update", changeRows],
  ["delete from", changeRows],
  ["merge into", changeRows],
  ["copy", copy],
  ["lock", lockTable],
  ["begin", begin],
  ["start transaction", begin],
  ["commit", commit],
  ["end", commit],
  ["rollback", rollback],
  ["abort", rollback],
  ["savepoint", savepoint],
  ["release", savepoint],
  ["set", setParameter],
  ["show", showParameter],
  ["create table", createTable],
  ["create temp", createTable],
  ["create temporary", createTable],
  ["create local", createTable],
  ["create schema", createSchema],
  ["create projection", createProjection],
  ["create view", createView],
  ["create or replace view", createView],
  ["create user", createUser],
  ["create role", createRole],
  ["alter table", alterTable],
  ["alter schema", alterSchema],
  ["alter user", alterUser],
  ["drop table", dropTable],
  ["drop view", dropView],
  ["drop schema", dropSchema],
  ["drop projection", dropSchema],
  ["drop user", dropRole],
  ["drop role", dropRole],
  ["truncate table", truncate],
  ["comment on", comment],
  ["grant", grant],
  ["revoke", revoke],
];

/** What other statements of Vertica begin with (documentation, "Statements"); not known here. */
const OTHERS = new Set(
  `activate alter analyze at call comment connect copy create deactivate delete disconnect do drop
  execute explain export insert merge profile replicate save set show truncate`.split(/\s+/),
);

/** What comes after CREATE and DROP in PostgreSQL, and not in Vertica. */
const NO_VERTICA = new Set(
  `aggregate cast collation conversion domain event extension foreign index materialized operator
  policy publication rule server statistics subscription trigger type unique unlogged`.split(/\s+/),
);

/** @throws VerticaError for a statement that Vertica or this server does not know */
export function handlerOf(reader: Reader): Handler {
  for (const [words, handler] of HANDLERS) if (reader.is(...words.split(" "))) return handler;
  const [first, second] = reader.tokens;
  if (first?.kind !== "word" || !OTHERS.has(first.value)) throw reader.error();
  const isForeign = ["create", "drop"].includes(first.value) &&
    NO_VERTICA.has(second?.value ?? "");
  if (isForeign) throw syntaxError(second!.start, second!.text);
  throw unknown("this statement", reader.sql, first.start);
}
