/** The tables of staging, and what is said where others stand under their names. */
import picture from "../../../sql/staging/picture.txt" with { type: "text" };
import { linesOf, missingLines, pictureOf } from "../../postgres/picture.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { columnsOf, refuseInTheWay } from "../../postgres/table_columns.ts";
import {
  missingTables,
  refuseProblems,
  shapeProblems,
  type TableShapes,
} from "../../runtime/table_shape.ts";

/** As all migrations together make them; a test compares the two. */
export const STAGING_TABLES: TableShapes = {
  "finpipe.migrations": "version integer, name text, applied_at timestamp =",
  "stg.transactions":
    "object_id uuid, object_type text, sent_dttm timestamp, payload text, operation_id uuid, " +
    "account_number_from bigint, account_number_to bigint, currency_code smallint, " +
    "country text, status text, transaction_type text, amount bigint, " +
    "transaction_dt timestamp, source_id integer, position bigint, landing_id bigint =, " +
    "replayed_id bigint, in_window boolean =",
  "stg.currencies": "object_id uuid, object_type text, sent_dttm timestamp, payload text, " +
    "date_update timestamp, currency_code smallint, currency_code_with smallint, " +
    "currency_with_div numeric, source_id integer, position bigint, landing_id bigint =, " +
    "replayed_id bigint, in_window boolean =",
  "stg.rejected": "id bigint =, reason text, field text, raw bytea, length bigint, sha256 text, " +
    "source text, partition integer, position bigint, rejected_at timestamp =, " +
    "replayed_at timestamp, replay_outcome text",
  "finpipe.source_partitions":
    "id integer =, kind text, source text, partition integer, next_position bigint, " +
    "watermark timestamp, messages_read bigint =, transactions bigint =, currencies bigint =, " +
    "rejected bigint =, duplicates bigint =, digest text, forgotten_versions bigint =, " +
    "forgotten_position bigint =, moved_at timestamp =, end_seen_at timestamp, " +
    "watermark_delay bigint =, topic_id text, window_base bigint =, " +
    "retired_at timestamp",
  "finpipe.landed_days": "source_id integer, dataset text, day date, rows bigint",
  "finpipe.pruned_days":
    "source_id integer, dataset text, day date, rows bigint, pruned_at timestamp, version text",
  "finpipe.dumps": "dataset text, day date, sha256 text, rows bigint, staged_rows bigint, " +
    "bytes bigint, control_total numeric, snapshot text, sources text, complete boolean, " +
    "created_at timestamp, version text, host text, work_dir text",
  "finpipe.backfills": "id integer =, command text, from_date date, to_date date, host text, " +
    "pid integer, version text, started_at timestamp, ended_at timestamp, exit_code integer",
  "finpipe.attempts":
    "id bigint =, backfill_id integer, ordinal integer, run_date date, partition date, " +
    "step text, number integer, state text, started_at timestamp, ended_at timestamp, " +
    "rows bigint, bytes bigint, version text, host text, pid integer, exit_code integer, " +
    "message text, stood text",
  "finpipe.lost_ranges":
    "id bigint =, topic text, partition integer, cause text, from_offset bigint, " +
    "to_offset bigint, went_on_at bigint, recorded_at timestamp =, topic_id text, " +
    "window_base bigint, last_transaction bigint, last_currency bigint",
};

/** What finpipe made and is missing now, a line each: a key, a check, an index, a NOT NULL. */
export async function missingParts(session: SqlSession): Promise<string[]> {
  return missingLines(linesOf(picture), await pictureOf(session, ["stg", "finpipe"]));
}

/** How messages name what stands here, and what else there is to choose. */
const PLACE = {
  end: "the schemas stg and finpipe",
  elsewhere: "rename it, or name another database in FINPIPE_PG_URL",
};

/** Before the first migration nothing may stand under our names: it would not be ours. */
export async function refuseObstacles(session: SqlSession): Promise<void> {
  const { "finpipe.migrations": _, ...toBeMade } = STAGING_TABLES;
  const found = await columnsOf(session, toBeMade);
  const problems = Object.entries(toBeMade).flatMap(([table, columns]) => {
    const own = shapeProblems({ [table]: columns }, found);
    const isThere = found.some((column) => column.table === table);
    return isThere && own.length === 0 ? [`${table} exists, and finpipe did not make it`] : own;
  });
  refuseProblems(problems, PLACE);
}

/** After the last one all that we made is there, as it was. */
export async function refuseDrift(session: SqlSession): Promise<void> {
  const found = await columnsOf(session, STAGING_TABLES);
  const missing = missingTables(STAGING_TABLES, found);
  refuseProblems([...missing, ...shapeProblems(STAGING_TABLES, found)], PLACE);
}

/** Somebody else's table of that name cannot be asked for a version. */
export async function refuseForeignRecord(session: SqlSession): Promise<void> {
  const table = { "finpipe.migrations": STAGING_TABLES["finpipe.migrations"]! };
  refuseProblems(shapeProblems(table, await columnsOf(session, table)), PLACE);
}

/** Runs what makes tables; an index or a type in the way, which nobody looked for, is told of as well. */
export async function clearOf<T>(work: () => Promise<T>): Promise<T> {
  return await work().catch((error) => refuseInTheWay(error, PLACE));
}
