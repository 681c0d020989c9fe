/** Where a topic partition begins that has no position yet: `--from` (pure). */
import { FinpipeError } from "../../runtime/errors.ts";

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
    hint: "Write earliest, latest, a timestamp such as 2022-10-01T00:00:00, or " +
      "PARTITION:OFFSET,... such as 0:1500,1:1480",
  });
}

function parseOffsets(text: string): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const pair of text.split(",")) {
    const [partition, offset] = pair.split(":").map(Number) as [number, number];
    if (offsets.has(partition) || !Number.isSafeInteger(offset)) {
      throw new FinpipeError("usage", `Cannot read --from "${text}": check ${pair}`, {
        hint: "Name each partition once, with an offset that Kafka can have",
      });
    }
    offsets.set(partition, offset);
  }
  return offsets;
}

function parseTimestamp(text: string): number | undefined {
  // Tried with a zone first: parsed as a plain time, the zone would be ignored silently.
  const parsers = [
    () => Temporal.Instant.from(text),
    () => Temporal.PlainDateTime.from(text, { overflow: "reject" }).toZonedDateTime("UTC"),
  ];
  // The name of a time zone in brackets, which the second parser would ignore, too.
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
