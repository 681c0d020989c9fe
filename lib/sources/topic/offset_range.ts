/** Which offsets of a topic can be read now, and which are lost. Pure. */
import { type ErrorDetails, FinpipeError } from "../../runtime/errors.ts";
import type { CorruptBatch } from "./corrupt_batch.ts";

/** The offsets that a partition of the topic has now. */
export interface OffsetRange {
  partition: number;
  /** The first offset that is still there. */
  low: number;
  /** One beyond the last that can be read: an open transaction holds back what comes after. */
  high: number;
  /** One beyond the last that is there. */
  end: number;
  /** The topic's id; undefined where the brokers have none. */
  topicId: string | undefined;
}

/** Offsets after a partition's stored position that it no longer has, and so cannot be read. */
export interface LostRange {
  partition: number;
  /**
   * `deleted`: retention deleted unread messages. `recreated`: a new topic has the name now.
   * `truncated`: the partition ends before the position. `corrupt`: a batch is not what its format
   * says.
   */
  cause: "deleted" | "recreated" | "truncated" | "corrupt";
  /** The offsets that are lost, the last one not included; equal where nobody can say how many. */
  from: number;
  to: number;
  /** The offset to go on from. */
  continueAt: number;
}

/**
 * The lost range of a partition, if its stored position is outside of its offsets, or belongs to
 * another topic.
 *
 * @param topicId that the position was stored with; null where none is known
 */
export function lostRangeOf(
  position: number,
  log: OffsetRange,
  topicId: string | null = null,
): LostRange | undefined {
  const { partition, low, high } = log;
  const areKnown = topicId !== null && log.topicId !== undefined;
  const isAnother = areKnown && topicId !== log.topicId;
  if (position > high || isAnother) {
    const isSame = areKnown && !isAnother;
    const cause = isSame ? "truncated" : "recreated";
    const from = Math.min(high, position);
    return { partition, cause, from, to: position, continueAt: isSame ? high : low };
  }
  if (position < low) {
    return { partition, cause: "deleted", from: position, to: low, continueAt: low };
  }
  return undefined;
}

/** Messages of a topic cannot be read any more, and finpipe does not go past them unasked. */
export class LostMessages extends FinpipeError {
  constructor(message: string, details: ErrorDetails) {
    super("data", message, details);
  }
}

/** @returns the error for a corrupt batch, with the `--from` that continues after it */
export function corruptBatchError(
  topic: string,
  partition: number,
  batch: CorruptBatch,
): FinpipeError {
  const { from, to, reason } = batch;
  const text = `partition ${partition}: the batch of the offsets ${from} to ${to - 1} is corrupt`;
  return new LostMessages(`Cannot continue reading topic ${topic}: ${text}: ${reason}`, {
    hint: "finpipe fetched it twice. Look at it with kafka-dump-log.sh on each broker that has " +
      `the partition. If it is lost for good, continue with --from ${partition}:${to}: the ` +
      "lost range is recorded",
    cause: batch,
  });
}

/** @returns the error for lost ranges: what is lost, and the `--from` that continues after it */
export function lostRangeError(topic: string, lost: readonly LostRange[]): FinpipeError {
  const from = lost.map(({ partition, continueAt }) => `${partition}:${continueAt}`).join(",");
  return new LostMessages(
    `Cannot continue reading topic ${topic}: ${lost.map(describe).join("; ")}`,
    { hint: `If that is lost for good, continue with --from ${from}: the lost range is recorded` },
  );
}

function describe({ partition, cause, from, to }: LostRange): string {
  if (cause === "deleted") {
    return `partition ${partition}: offsets ${from} to ${
      to - 1
    } were deleted before they were read`;
  }
  if (from === to) {
    return `partition ${partition}: the topic was recreated: the stored position ${to} belongs to ` +
      "the old topic, which can no longer be read";
  }
  const why = cause === "truncated" ? "its end was cut off" : "the topic was recreated";
  return `partition ${partition} ends at ${from}, before the stored position ${to}: ${why}`;
}
