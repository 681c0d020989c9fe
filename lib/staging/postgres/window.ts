/** The versions that a window remembers, read piece by piece. */
import { formatMoment } from "../../events/values.ts";
import type { SqlRow, SqlSession } from "../../postgres/session.ts";
import type { SourcePartition, WindowVersion } from "../landing.ts";
import * as sql from "./statements.ts";

/** Versions of a window that are fetched first: few, as each may be as large as a message. */
const FIRST_FETCH = 16;
/** Then as many as hold this many characters of payload, at most so many. */
const FETCH_CHARACTERS = 4 * 1024 * 1024;
const MOST_FETCHED = 5000;

/** {@link LandingRepository.windowVersions} on a session. */
export async function* windowVersions(
  session: SqlSession,
  partition: SourcePartition,
): AsyncGenerator<WindowVersion> {
  const { id, watermark, forgottenPosition, windowBase } = partition;
  // No watermark yet: all that was landed were versions beyond the clock, which are remembered.
  const from = watermark === null ? "-infinity" : formatMoment(watermark);
  await session.execute("BEGIN");
  try {
    await session.execute(
      withLiterals(sql.windowVersions, [
        String(id),
        `'${from}'`,
        String(forgottenPosition),
        String(windowBase),
      ]),
    );
    for (let count = FIRST_FETCH;;) {
      const rows = await session.query(sql.fetchWindow(count));
      if (rows.length === 0) return;
      yield* rows.map(versionOf);
      count = nextFetch(count, rows);
    }
  } finally {
    await session.execute("ROLLBACK");
  }
}

/** How many versions to fetch next, by the size of those fetched before; at most twice as many. */
function nextFetch(count: number, rows: readonly SqlRow[]): number {
  const characters = rows.reduce((sum, { payload }) => sum + payload!.length, 0);
  const fitting = Math.floor(rows.length * FETCH_CHARACTERS / characters);
  return Math.max(1, Math.min(fitting, 2 * count, MOST_FETCHED));
}

function versionOf(row: SqlRow): WindowVersion {
  return {
    type: Number(row.type),
    objectId: row.object_id!,
    sentDttm: row.sent_dttm!,
    position: Number(row.position),
    payload: row.payload!,
  };
}

/** A cursor cannot be declared with parameters over the simple protocol; these are our own values. */
function withLiterals(statement: string, literals: readonly string[]): string {
  return literals.reduce((text, literal, i) => text.replaceAll(`$${i + 1}`, literal), statement);
}
