/** A session's process on the server, as it is known there. */
import ownBackend from "../../sql/postgres/own_backend.sql" with { type: "text" };
import { integer, text } from "../sql/columns.ts";
import { query } from "../sql/query.ts";
import { selectOne } from "./run.ts";
import type { SqlSession } from "./session.ts";

/** The process; a number alone may be another one's after a restart. */
export interface Backend {
  pid: string;
  startedAt: string;
}

/** Finds the process of the session that asks, and the server's version as a number. */
export const OWN_BACKEND = query("postgres/own_backend", ownBackend, {
  version: integer,
  pid: text,
  startedAt: text,
});

/** Times that two sessions are asked: other clients of a pool may come between. */
const ASKED = 3;

/** Whether two open sessions are served by one process, in turn, as a pooler by transaction does it. */
export async function isSameBackend(one: SqlSession, other: SqlSession): Promise<boolean> {
  for (let asked = 0; asked < ASKED; asked++) {
    const first = await selectOne(one, OWN_BACKEND);
    const second = await selectOne(other, OWN_BACKEND);
    if (first.pid === second.pid && first.startedAt === second.startedAt) return true;
  }
  return false;
}
