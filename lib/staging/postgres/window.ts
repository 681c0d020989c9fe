/** The versions that a window remembers, read piece by piece. */
import fetchSql from "../../../sql/staging/fetch_window_versions.sql" with { type: "text" };
import windowVersionsSql from "../../../sql/staging/window_versions.sql" with { type: "text" };
import { formatMoment } from "../../events/values.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { integer, text } from "../../sql/columns.ts";
import { query, quickQuery } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import type { SourcePartition, WindowVersion } from "../landing.ts";

/** Versions of a window that are fetched first: few, as each may be as large as a message. */
const FIRST_FETCH = 16;
/** Then as many as hold this many characters of payload, at most so many. */
const FETCH_CHARACTERS = 4 * 1024 * 1024;
const MOST_FETCHED = 5000;

/** Declares the cursor whose rows `fetch` gives. */
const declared = quickQuery(
  query("staging/window_versions", windowVersionsSql, {
    type: integer,
    objectId: text,
    sentDttm: text,
    position: integer,
    payload: text,
  }),
  ({ type, object_id: objectId, sent_dttm: sentDttm, position, payload }) => {
    if (!type || !objectId || !sentDttm || !position || !payload) return undefined;
    const version = { type: Number(type), objectId, sentDttm, position: Number(position), payload };
    return Number.isSafeInteger(version.type) && Number.isSafeInteger(version.position)
      ? version
      : undefined;
  },
);
const fetch = new SqlTemplate(fetchSql);

/** {@link LandingRepository.windowVersions} on a session. */
export async function* windowVersions(
  session: SqlSession,
  partition: SourcePartition,
): AsyncGenerator<WindowVersion> {
  const { id, watermark, forgottenPosition, windowBase } = partition;
  // A cursor is not declared with parameters over the simple protocol, and FETCH takes none.
  const declaration = declared.sql.withLiterals({
    id,
    // No watermark yet: all that was landed were versions beyond the clock, which are remembered.
    watermark: watermark === null ? "-infinity" : formatMoment(watermark),
    forgotten_position: forgottenPosition,
    window_base: windowBase,
  });
  await session.execute("BEGIN");
  try {
    await session.execute(declaration);
    for (let count = FIRST_FETCH;;) {
      const rows = await session.query(fetch.withLiterals({ count }));
      if (rows.length === 0) return;
      const versions = rows.map(declared.decode);
      yield* versions;
      count = nextFetch(count, versions);
    }
  } finally {
    await session.execute("ROLLBACK");
  }
}

/** How many versions to fetch next, by the size of those fetched before; at most twice as many. */
function nextFetch(count: number, versions: readonly WindowVersion[]): number {
  const characters = versions.reduce((sum, { payload }) => sum + payload.length, 0);
  const fitting = Math.floor(versions.length * FETCH_CHARACTERS / characters);
  return Math.max(1, Math.min(fitting, 2 * count, MOST_FETCHED));
}
