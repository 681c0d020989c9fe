/** Reading the rows of finpipe.source_partitions. */
import { type Moment, readTimestamp } from "../../events/values.ts";
import type { SqlRow } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import type { SourceKind, SourcePartition } from "../landing.ts";

/** A row as `latest_partition.sql` and its like give it. */
export function partitionOf(row: SqlRow): SourcePartition {
  return {
    id: Number(row.id),
    kind: row.kind as SourceKind,
    source: row.source!,
    partition: Number(row.partition),
    nextPosition: Number(row.next_position),
    watermark: row.watermark === null ? null : momentOf(row.watermark!),
    digest: row.digest!,
    forgottenPosition: Number(row.forgotten_position),
    topicId: row.topic_id!,
    windowBase: Number(row.window_base),
  };
}

function momentOf(text: string): Moment {
  const bytes = new TextEncoder().encode(text);
  const moment = { seconds: 0, micros: 0 };
  if (readTimestamp(bytes, 0, bytes.length, moment)) return moment;
  throw new FinpipeError("failed", `Cannot read the stored watermark "${text}"`);
}
