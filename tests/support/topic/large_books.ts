/**
 * Whether the books of a topic balance that is too large to be held: what an independent reader finds
 * in its log is what stands in staging, compared by digests of blocks of offsets. What is in the blocks
 * that differ is looked at one by one.
 */
import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { withAdmin } from "../kafka/topics.ts";
import type { Value } from "../kafka/messages.ts";
import { TopicJudge } from "./books.ts";
import type { LandingPlace } from "./landing.ts";

/** What came of the comparison. */
export interface LargeBooks {
  messages: number;
  /** Messages by where they ended, as counted from the log. */
  places: Record<string, number>;
  /** Messages that are nowhere, and rows too many. */
  lost: number;
  doubled: number;
  /** Messages in another place than they belong in, or with other content. */
  changed: number;
  /** Counters and positions that are not what they should be. */
  differing: string[];
}

/** Offsets in a block. */
const BLOCK = 10_000;

/** A line of the books: where a message ended, and the sha256 of what stands there. */
type Line = [position: number, line: string];

/** Compares the log with staging, partition by partition. */
export async function compareBooks(place: LandingPlace): Promise<LargeBooks> {
  const { brokers, topic } = place.topic;
  const ends = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  const books: LargeBooks = {
    messages: 0,
    places: {},
    lost: 0,
    doubled: 0,
    changed: 0,
    differing: [],
  };
  for (const { partition, high } of ends) {
    await comparePartition(place, { partition, high: Number(high) }, books);
  }
  return books;
}

async function comparePartition(
  place: LandingPlace,
  { partition, high }: { partition: number; high: number },
  books: LargeBooks,
): Promise<void> {
  const counts: Record<string, number> = {};
  const due = new Blocks();
  for await (const [position, line] of expected(place, partition, counts)) due.add(position, line);
  const found = new Blocks();
  await staged(place, partition, (position, line) => found.add(position, line));
  for (const [name, count] of Object.entries(counts)) {
    books.places[name] = (books.places[name] ?? 0) + count;
    books.messages += count;
  }
  const blocks = due.differing(found);
  if (blocks.size > 0) await lookInto(place, partition, blocks, books);

  const [row] = await place.query(
    "SELECT * FROM finpipe.source_partitions WHERE source = $1 AND partition = $2",
    [place.topic.topic, String(partition)],
  );
  const read = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { transactions = 0, currencies = 0, rejected = 0, duplicates = 0 } = counts;
  const columns = { transactions, currencies, rejected, duplicates, messages_read: read };
  for (const [name, value] of Object.entries({ ...columns, next_position: high })) {
    if (Number(row?.[name]) === value) continue;
    books.differing.push(`partition ${partition}: ${name} is ${row?.[name]}, not ${value}`);
  }
}

/** Counts what is wrong in the blocks. */
async function lookInto(
  place: LandingPlace,
  partition: number,
  blocks: ReadonlySet<number>,
  books: LargeBooks,
): Promise<void> {
  const isLookedAt = (position: number) => blocks.has(Math.floor(position / BLOCK));
  const due = new Map<number, string>();
  for await (const [position, line] of expected(place, partition, {})) {
    if (isLookedAt(position)) due.set(position, line);
  }
  const seen = new Set<number>();
  await staged(place, partition, (position, line) => {
    if (!isLookedAt(position)) return;
    if (!due.has(position) || seen.has(position)) books.doubled++;
    else if (due.get(position) !== line) books.changed++;
    seen.add(position);
  });
  for (const position of due.keys()) if (!seen.has(position)) books.lost++;
}

/** The lines that should stand in staging, in order; duplicates stand nowhere. */
async function* expected(
  place: LandingPlace,
  partition: number,
  counts: Record<string, number>,
): AsyncGenerator<Line> {
  const judge = new TopicJudge();
  for await (const { offset, value } of readLog(place, partition)) {
    const { place: name, content } = judge.next(offset, value);
    counts[name] = (counts[name] ?? 0) + 1;
    if (name === "duplicates") continue;
    // Of what is rejected the content is the sha256 of its bytes.
    const digest = name === "rejected" ? content : sha256(content);
    yield [offset, `${offset}\t${name}\t${digest}`];
  }
}

/** The lines that stand in staging, in order. */
async function staged(
  { session, topic: { topic } }: LandingPlace,
  partition: number,
  onLine: (position: number, line: string) => void,
): Promise<void> {
  const statement = `COPY (
    WITH landed AS (
      SELECT 'transactions' AS place, source_id, position, payload FROM stg.transactions
      UNION ALL SELECT 'currencies', source_id, position, payload FROM stg.currencies
    )
    SELECT position, place, encode(sha256(convert_to(payload, 'UTF8')), 'hex')
    FROM landed JOIN finpipe.source_partitions AS p ON p.id = source_id
    WHERE p.source = '${topic}' AND p.partition = ${partition}
    UNION ALL SELECT position, 'rejected', sha256 FROM stg.rejected
    WHERE source = '${topic}' AND partition = ${partition}
    ORDER BY position, 2) TO STDOUT`;
  let rest = "";
  await session.copyOut(statement, (piece) => {
    const lines = (rest + Buffer.from(piece).toString("latin1")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(Number(line.slice(0, line.indexOf("\t"))), line);
  });
}

/** A partition from its beginning to its end by kcat, in order. */
async function* readLog(
  { topic: { brokers, topic } }: LandingPlace,
  partition: number,
): AsyncGenerator<{ offset: number; value: Value }> {
  const args = ["-C", "-q", "-e", "-b", brokers, "-t", topic, "-p", String(partition)];
  const process = new Deno.Command("kcat", {
    args: [...args, "-o", "beginning", "-f", "%o %S\n%s"],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let held = Buffer.alloc(0);
  for await (const piece of process.stdout) {
    held = Buffer.concat([held, piece]);
    let at = 0;
    for (;;) {
      const start = held.indexOf("\n", at) + 1;
      if (start === 0) break;
      const [offset, length] = held.subarray(at, start).toString().split(" ").map(Number);
      const end = start + Math.max(0, length!);
      if (end > held.length) break;
      yield { offset: offset!, value: length! < 0 ? null : held.subarray(start, end) };
      at = end;
    }
    held = held.subarray(at);
  }
  if (!(await process.status).success) throw new Error("kcat failed");
}

/** A digest of the lines of each block. */
class Blocks {
  readonly #hashes = new Map<number, Hash>();

  add(position: number, line: string): void {
    const block = Math.floor(position / BLOCK);
    let hash = this.#hashes.get(block);
    if (hash === undefined) this.#hashes.set(block, hash = createHash("sha256"));
    hash.update(`${line}\n`);
  }

  /** The blocks that are not the same; what is compared takes no more lines. */
  differing(other: Blocks): Set<number> {
    const [own, others] = [this.#digests(), other.#digests()];
    const blocks = new Set([...own.keys(), ...others.keys()]);
    for (const block of blocks) if (own.get(block) === others.get(block)) blocks.delete(block);
    return blocks;
  }

  #digests(): Map<number, string> {
    return new Map([...this.#hashes].map(([block, hash]) => [block, hash.digest("hex")]));
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
