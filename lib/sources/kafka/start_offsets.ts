/** Where a topic partition begins that has no position yet: `--from` (pure). */
import { FinpipeError } from "../../runtime/errors.ts";
import type { CorruptBatch } from "./records/read_fetched.ts";

/** What `--from` says. */
export type From =
  | { kind: "earliest" }
  | { kind: "latest" }
  /** The first message whose time in Kafka is at or after this. */
  | { kind: "timestamp"; epochMilliseconds: number }
  /** An offset for each of some partitions. */
  | { kind: "offsets"; offsets: ReadonlyMap<number, number> };

/**
 * Reads `earliest`, `latest`, a timestamp (ISO, UTC where it names no zone) or
 * `PARTITION:OFFSET,...`.
 *
 * @throws FinpipeError of kind `usage`
 */
export function parseFrom(text: string): From {
  if (text === "earliest" || text === "latest") return { kind: text };
  if (/^\d+:\d+(,\d+:\d+)*$/.test(text)) return { kind: "offsets", offsets: parseOffsets(text) };
  const epochMilliseconds = parseTimestamp(text);
  if (epochMilliseconds !== undefined) return { kind: "timestamp", epochMilliseconds };
  throw new FinpipeError("usage", `Cannot read --from "${text}"`, {
    hint: "It is earliest, latest, a timestamp as in 2022-10-01T00:00:00, " +
      "or PARTITION:OFFSET,... as in 0:1500,1:1480",
  });
}

function parseOffsets(text: string): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const pair of text.split(",")) {
    const [partition, offset] = pair.split(":").map(Number) as [number, number];
    if (offsets.has(partition) || !Number.isSafeInteger(offset)) {
      throw new FinpipeError("usage", `Cannot read --from "${text}": look at ${pair}`, {
        hint: "Name each partition once, with an offset that Kafka can have",
      });
    }
    offsets.set(partition, offset);
  }
  return offsets;
}

function parseTimestamp(text: string): number | undefined {
  // With its zone first: a plain time would pass over it in silence.
  const parsers = [
    () => Temporal.Instant.from(text),
    () => Temporal.PlainDateTime.from(text, { overflow: "reject" }).toZonedDateTime("UTC"),
  ];
  // The name of a time zone, which the second one would pass over as well.
  if (text.includes("[")) return undefined;
  for (const parse of parsers) {
    try {
      return parse().epochMilliseconds;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}

/** The offsets that a partition of the log has now. */
export interface LogRange {
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

/** What of a topic's stored positions is not in its log any more, and so cannot be read. */
export interface LostRange {
  partition: number;
  /**
   * `deleted`: retention took what was not read. `recreated`: the topic is another one by now.
   * `truncated`: it is the same one, whose log ends before the position. `corrupt`: a batch is not
   * what its format says.
   */
  cause: "deleted" | "recreated" | "truncated" | "corrupt";
  /** The offsets that are lost, the last one not included; equal where nobody can say how many. */
  from: number;
  to: number;
  /** The offset to go on from. */
  goOnFrom: number;
}

/**
 * The lost range of a partition, if its stored position is outside of the log, or of another topic.
 *
 * @param topicId that the position was stored with; null where none is known
 */
export function lostRangeOf(
  position: number,
  log: LogRange,
  topicId: string | null = null,
): LostRange | undefined {
  const { partition, low, high } = log;
  const areKnown = topicId !== null && log.topicId !== undefined;
  const isAnother = areKnown && topicId !== log.topicId;
  if (position > high || isAnother) {
    const isSame = areKnown && !isAnother;
    const cause = isSame ? "truncated" : "recreated";
    const from = Math.min(high, position);
    return { partition, cause, from, to: position, goOnFrom: isSame ? high : low };
  }
  if (position < low) {
    return { partition, cause: "deleted", from: position, to: low, goOnFrom: low };
  }
  return undefined;
}

/** @returns the clear stop for a corrupt batch, and the `--from` that goes on after it */
export function corruptBatchError(
  topic: string,
  partition: number,
  batch: CorruptBatch,
): FinpipeError {
  const { from, to, reason } = batch;
  const text = `partition ${partition}: the batch of the offsets ${from} to ${to - 1} is corrupt`;
  return new FinpipeError("data", `Cannot read on in topic ${topic}: ${text}: ${reason}`, {
    hint:
      "It was fetched twice: look at it with kafka-dump-log.sh on a broker, and in the copies of " +
      "the others. If it is lost for good, go on with " +
      `--from ${partition}:${to}: the lost range is recorded`,
    cause: batch,
  });
}

/** @returns the clear stop for lost ranges: what is lost, and the `--from` that goes on */
export function lostRangeError(topic: string, lost: readonly LostRange[]): FinpipeError {
  const from = lost.map(({ partition, goOnFrom }) => `${partition}:${goOnFrom}`).join(",");
  return new FinpipeError(
    "data",
    `Cannot read on in topic ${topic}: ${lost.map(describe).join("; ")}`,
    { hint: `If that is lost for good, go on with --from ${from}: the lost range is recorded` },
  );
}

function describe({ partition, cause, from, to }: LostRange): string {
  if (cause === "deleted") {
    return `partition ${partition}: offsets ${from} to ${
      to - 1
    } were deleted before they were read`;
  }
  if (from === to) {
    return `partition ${partition}: the topic was recreated: the stored position ${to} is of the ` +
      "one before it, of which nothing more can be read";
  }
  const why = cause === "truncated" ? "its end was cut off" : "the topic was recreated";
  return `partition ${partition}: the log ends at ${from}, before the stored position ${to}: ${why}`;
}
