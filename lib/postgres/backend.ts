/** A session's process on the server, as it is known there. */
import ownBackend from "../../sql/postgres/own_backend.sql" with { type: "text" };
import type { SqlSession } from "./session.ts";

/** The process; a number alone may be another one's after a restart. */
export interface Backend {
  pid: string;
  startedAt: string;
}

/** Finds the process of the session that asks. */
export const OWN_BACKEND = ownBackend;

/** Times that two sessions are asked: other clients of a pool may come between. */
const ASKED = 3;

/** Whether two open sessions are served by one process, in turn, as a pooler by transaction does it. */
export async function isSameBackend(one: SqlSession, other: SqlSession): Promise<boolean> {
  for (let asked = 0; asked < ASKED; asked++) {
    const [[first], [second]] = [await one.query(OWN_BACKEND), await other.query(OWN_BACKEND)];
    const isSame = first!.pid === second!.pid && first!.backend_start === second!.backend_start;
    if (isSame) return true;
  }
  return false;
}
