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
  ["create user", createUser],
  ["create role", createRole],
  ["alter table", alterTable],
  ["alter schema", alterSchema],
  ["alter user", alterUser],
  ["drop table", dropTable],
  ["drop schema", dropSchema],
  ["drop projection", dropSchema],
  ["drop user", dropRole],
  ["drop role", dropRole],
  ["truncate table", truncate],
  ["comment on", comment],
  ["grant", grant],
  ["revoke", revoke],
];

/** What Vertica has no such statement for: a syntax error there. */
const NO_VERTICA = [
  "create index",
  "create unique",
  "create extension",
  "create materialized",
  "create trigger",
  "create type",
  "values",
  "vacuum",
  "reindex",
  "listen",
  "notify",
  "declare",
  "fetch",
  "prepare",
  "discard",
  "reset",
  "do",
  "cluster",
];

/** @throws VerticaError for a statement that Vertica or this server does not know */
export function handlerOf(reader: Reader): Handler {
  for (const [words, handler] of HANDLERS) if (reader.is(...words.split(" "))) return handler;
  const first = reader.peek();
  if (first === undefined) throw syntaxError(0, "");
  for (const words of NO_VERTICA) {
    if (!reader.is(...words.split(" "))) continue;
    const last = reader.peek(words.split(" ").length - 1)!;
    throw syntaxError(last.start, last.text);
  }
  if (first.kind !== "word") throw reader.error();
  throw unknown("this statement", reader.sql, first.start);
}
