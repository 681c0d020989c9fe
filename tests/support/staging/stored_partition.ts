/** A partition of a source as staging keeps it. */
import type { SourcePartition } from "../../../lib/staging/landing.ts";

/** One of a topic `t` of which nothing was read. */
export function storedPartition(fields: Partial<SourcePartition> = {}): SourcePartition {
  return {
    id: 1,
    kind: "kafka",
    source: "t",
    partition: 0,
    nextPosition: 0,
    watermark: null,
    digest: null,
    forgottenPosition: -1,
    topicId: null,
    windowBase: 0,
    ...fields,
  };
}
