/**
 * Whether the books of a topic balance: what an independent reader finds in its log, judged plainly
 * and in memory, is what stands in staging; each message in one place, and byte for byte.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { SqlRow } from "../../../lib/postgres/session.ts";
import { withAdmin } from "../kafka/topics.ts";
import { kcat, type Value } from "../kafka/messages.ts";
import type { LandingPlace } from "./landing.ts";

/** Seconds between the greatest sent time and the watermark. */
const DELAY = 300;

/** A message where it ended: as the columns of its place, all as text. */
export interface Landed {
  position: number;
  place: "transactions" | "currencies" | "rejected" | "duplicates";
  /** The payload; of a rejected message the sha256 of all its bytes. */
  content: string;
}

/** What a partition left in staging. */
export interface PartitionBooks {
  /** In order; the messages that are nowhere are the duplicates. */
  landed: Landed[];
  counters: Record<string, string>;
  nextPosition: number;
  watermark: string | null;
}

/** The log of a partition, as read_committed sees it. */
export async function readLog(
  { brokers, topic }: { brokers: string; topic: string },
  partition: number,
): Promise<{ offset: number; value: Value }[]> {
  const args = ["-C", "-q", "-e", "-b", brokers, "-t", topic, "-p", String(partition)];
  const output = Buffer.from(await kcat([...args, "-o", "beginning", "-f", "%o %S\n%s"]));
  const messages: { offset: number; value: Value }[] = [];
  for (let at = 0; at < output.length;) {
    const start = output.indexOf("\n", at) + 1;
    const [offset, length] = output.subarray(at, start).toString().split(" ").map(Number);
    at = start + Math.max(0, length!);
    messages.push({ offset: offset!, value: length! < 0 ? null : output.subarray(start, at) });
  }
  return messages;
}

/** Where the messages of a partition must end; those that are no valid JSON are rejected. */
export function judge(messages: readonly { offset: number; value: Value }[]): Landed[] {
  const judge = new TopicJudge();
  return messages.map(({ offset, value }) => judge.next(offset, value));
}

/** Versions that are remembered before those beyond the watermark are looked for. */
const REMEMBERED = 200_000;

/** Says of one message of a partition after the other where it must end, however many there are. */
export class TopicJudge {
  /** By version, when it was sent. */
  readonly #seen = new Map<string, number>();
  #watermark = -Infinity;
  #most = REMEMBERED;

  next(position: number, value: Value): Landed {
    const text = value === null ? "" : Buffer.from(value).toString();
    const message = parse(text);
    if (message === undefined) {
      const content = createHash("sha256").update(value ?? "").digest("hex");
      return { position, place: "rejected", content };
    }
    const { object_id, object_type, sent_dttm } = message;
    const payload = payloadOf(text);
    const sent = Date.parse(`${sent_dttm}Z`) / 1000;
    const version = [object_type, object_id, sent, payload].join();
    const isRemembered = sent >= this.#watermark;
    if (isRemembered && this.#seen.has(version)) {
      return { position, place: "duplicates", content: "" };
    }
    if (isRemembered) this.#seen.set(version, sent);
    this.#watermark = Math.max(this.#watermark, sent - DELAY);
    if (this.#seen.size > this.#most) this.#forget();
    const place = object_type === "CURRENCY" ? "currencies" : "transactions";
    return { position, place, content: payload };
  }

  /** What was sent before the watermark is no duplicate any more. */
  #forget(): void {
    for (const [version, sent] of this.#seen) {
      if (sent < this.#watermark) this.#seen.delete(version);
    }
    this.#most = this.#seen.size + REMEMBERED;
  }
}

/** What stands in staging of a partition. */
export async function readBooks(
  place: LandingPlace,
  partition: number,
  offsets: readonly number[],
): Promise<PartitionBooks> {
  const { topic } = place.topic;
  const [source] = await place.query(
    "SELECT * FROM finpipe.source_partitions WHERE source = $1 AND partition = $2",
    [topic, String(partition)],
  );
  assert.ok(source, `partition ${partition} has no position`);
  const rows = await place.query(
    `SELECT 'transactions' AS place, position, payload AS content FROM stg.transactions
     WHERE source_id = $1
     UNION ALL SELECT 'currencies', position, payload FROM stg.currencies WHERE source_id = $1
     UNION ALL SELECT 'rejected', position, sha256 FROM stg.rejected
     WHERE source = $2 AND partition = $3`,
    [source.id!, topic, String(partition)],
  );
  const byPosition = new Map(rows.map((row) => [Number(row.position), row]));
  assert.equal(byPosition.size, rows.length, `partition ${partition}: a message is in two places`);
  const landed = offsets.map((position) => {
    const row = byPosition.get(position);
    byPosition.delete(position);
    return {
      position,
      place: (row?.place ?? "duplicates") as Landed["place"],
      content: row?.content ?? "",
    };
  });
  assert.deepEqual([...byPosition.keys()], [], `partition ${partition}: rows of no message`);
  return {
    landed,
    counters: countersOf(source),
    nextPosition: Number(source.next_position),
    watermark: source.watermark!,
  };
}

/**
 * Asserts that all of the topic is landed, each message in its one place, that counters add up to
 * it, and that the positions are the ends of the log.
 *
 * @returns what was landed of each partition
 */
export async function assertBalanced(place: LandingPlace): Promise<PartitionBooks[]> {
  const { brokers, topic } = place.topic;
  const ends = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  const all: PartitionBooks[] = [];
  for (const { partition, high } of ends.sort((a, b) => a.partition - b.partition)) {
    const expected = judge(await readLog(place.topic, partition));
    const books = await readBooks(place, partition, expected.map(({ position }) => position));
    assert.deepEqual(books.landed, expected);
    assert.deepEqual(books.counters, countsOf(expected));
    assert.equal(books.nextPosition, Number(high), `partition ${partition} is read to its end`);
    all.push(books);
  }
  return all;
}

/** The sum of a counter over partitions. */
export function sumOf(books: readonly PartitionBooks[], counter: string): number {
  return books.reduce((sum, { counters }) => sum + Number(counters[counter]), 0);
}

const COUNTERS = ["transactions", "currencies", "rejected", "duplicates"] as const;

function countersOf(row: SqlRow): Record<string, string> {
  const names = ["messages_read", ...COUNTERS];
  return Object.fromEntries(names.map((name) => [name, row[name]!]));
}

function countsOf(landed: readonly Landed[]): Record<string, string> {
  const counts = COUNTERS.map((name) => [
    name,
    String(landed.filter(({ place }) => place === name).length),
  ]);
  return Object.fromEntries([["messages_read", String(landed.length)], ...counts]);
}

interface Message {
  object_id: string;
  object_type: string;
  sent_dttm: string;
}

function parse(text: string): Message | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The characters of the payload, which the tests' messages have last. */
function payloadOf(text: string): string {
  return text.slice(text.indexOf("{", text.indexOf('"payload"')), text.lastIndexOf("}"));
}
