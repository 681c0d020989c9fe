/**
 * The memory of batches is used again while landings fail in every way: no row is ever made of another
 * batch's bytes, and what a broken connection may still read is never written again.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import fc from "fast-check";
import { type LandingContext, PartitionLander } from "../../lib/landing/partition_lander.ts";
import type { StagingWork, SteadyStaging } from "../../lib/landing/steady_staging.ts";
import { FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import { stdinSource } from "../../lib/sources/jsonl.ts";
import type { LandedBatch } from "../../lib/staging/batch.ts";
import { type LandingRepository, PositionMoved, RefusedRow } from "../../lib/staging/landing.ts";
import { type CopyRows, makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import { rowsOf } from "../support/staging/copy_rows.ts";
import { SILENT } from "../support/logs.ts";
import { rateMessage, transactionMessage } from "../support/events/messages.ts";
import "../support/poisoned_pool.ts";
import { storedPartition } from "../support/staging/stored_partition.ts";

/** What becomes of a try to land a batch. */
const FATES = ["lands", "is lost", "lands but its answer is lost", "has moved"] as const;
type Fate = (typeof FATES)[number];

/** A database in memory, that reads what it is given slice by slice, as a socket would. */
class Database {
  position = 0;
  /** Messages by position: their payloads, or their raw bytes. */
  readonly landed = new Map<number, string>();
  readonly #fates: Fate[];
  /** What tries that failed were given: their sockets may read it for as long as they like. */
  readonly #broken: { seen: Uint8Array; view: Uint8Array }[] = [];

  constructor(fates: readonly Fate[], readonly refuses: (text: string) => boolean) {
    this.#fates = [...fates];
  }

  readonly landing: Partial<LandingRepository> = {
    windowVersions: async function* () {},
    nextPosition: () => Promise.resolve(this.position),
    land: (batch: LandedBatch) => this.#land(batch),
    findRefused: async (batch: LandedBatch) => {
      await turn();
      return tablesOf(batch).slice(0, 2).flatMap((rows) =>
        Array.from({ length: rows.rows }, (_, row) => row)
          .filter((row) => this.refuses(textOf(rowsOf(rows.pieces(row, row + 1))[0]!, 3)))
          .map((row) => rows.messageOf(row))
      );
    },
  };

  /** Tries again as long as it is unreachable, without waiting. */
  readonly steady = {
    run: async <T>(work: StagingWork<T>): Promise<T> => {
      for (let again = false;; again = true) {
        try {
          return await work({ landing: this.landing } as StagingRepository, again);
        } catch (error) {
          if (!isKind(error, "unreachable")) throw error;
        }
      }
    },
  } as unknown as SteadyStaging;

  async #land(batch: LandedBatch): Promise<void> {
    this.check();
    const fate = this.#fates.shift() ?? "lands";
    if (fate === "has moved" || batch.start !== this.position) {
      throw new PositionMoved(batch.partition, batch.start, batch.start + 1);
    }
    const sent = tablesOf(batch).map((rows) => rows.rows === 0 ? [] : rows.pieces());
    const tables = [];
    for (const pieces of sent) tables.push(await this.#read(pieces, fate));
    const places = tables.flatMap((pieces, table) =>
      pieces.length === 0 ? [] : rowsOf(pieces).map(
        (row) => table === 2 ? placeOf(row, 7, 2) : placeOf(row, row.length - 2, 3),
      )
    );
    if (places.some(({ text, rejected }) => !rejected && this.refuses(text))) {
      this.#keep(sent);
      throw new RefusedRow("23514", "The test refused a row", undefined);
    }
    for (const { position, text } of places) {
      assert.ok(!this.landed.has(position), "landed twice");
      this.landed.set(position, text);
    }
    this.position = batch.next;
    if (fate === "lands but its answer is lost") {
      this.#keep(sent);
      throw new FinpipeError("unreachable", "The answer is lost");
    }
  }

  /** Copies what is sent, a slice each turn; breaks in the middle of it if that is its fate. */
  async #read(pieces: readonly Uint8Array[], fate: Fate): Promise<Uint8Array[]> {
    const read = [];
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += 700) {
        await turn();
        read.push(piece.slice(at, at + 700));
        if (fate === "is lost" && at > piece.length / 2) {
          this.#keep([pieces]);
          throw new FinpipeError("unreachable", "The connection is lost");
        }
      }
    }
    return read;
  }

  #keep(sent: readonly (readonly Uint8Array[])[]): void {
    for (const view of sent.flat()) this.#broken.push({ seen: view.slice(), view });
  }

  /** What broken connections were given is as it was. */
  check(): void {
    for (const { seen, view } of this.#broken) {
      assert.equal(Buffer.compare(view, seen), 0, "written while a socket may read it");
    }
  }
}

function placeOf(row: (Uint8Array | null)[], position: number, text: number) {
  const view = new DataView(row[position]!.buffer);
  return {
    position: Number(view.getBigInt64(0)),
    text: textOf(row, text),
    rejected: text === 2,
  };
}

function textOf(row: (Uint8Array | null)[], value: number): string {
  return new TextDecoder().decode(row[value]!);
}

function tablesOf({ rows }: LandedBatch) {
  const { ofTransactions, ofCurrencies, ofRejected } = rows as CopyRows;
  return [ofTransactions, ofCurrencies, ofRejected];
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Stream {
  kinds: ("transaction" | "rate" | "garbage" | "refused")[];
  size: number;
  rows: number;
  fates: Fate[];
}

const stream: fc.Arbitrary<Stream> = fc.record({
  kinds: fc.array(
    fc.constantFrom("transaction", "transaction", "transaction", "rate", "garbage", "refused"),
    { minLength: 1, maxLength: 60, size: "max" },
  ),
  /** Characters of a message beside what it needs: buffers of all sizes are grown and swapped. */
  size: fc.constantFrom(0, 300, 3000, 30_000),
  rows: fc.integer({ min: 1, max: 12 }),
  fates: fc.array(
    fc.oneof(
      { arbitrary: fc.constantFrom(FATES[0], FATES[1], FATES[2]), weight: 20 },
      { arbitrary: fc.constant(FATES[3]), weight: 1 },
    ),
    { maxLength: 12 },
  ),
});

/** Lands one stream; others land at the same time from the same pool. */
async function land({ kinds, size, rows, fates }: Stream, id: number): Promise<void> {
  const texts = kinds.map((kind, i) => {
    const note = String.fromCharCode(97 + (i + id) % 26).repeat(size);
    if (kind === "garbage") return `no JSON ${id}.${i} ${note}`;
    if (kind === "rate") return rateMessage({ note });
    return transactionMessage({ note, country: kind === "refused" ? "nowhere" : "x" });
  });
  const database = new Database(fates, (text) => text.includes("nowhere"));
  const context: LandingContext = {
    staging: database.steady,
    makeRows: makeCopyRows,
    log: SILENT,
    now: () => Temporal.Now.instant(),
    signal: new AbortController().signal,
  };
  const lander = await PartitionLander.open(
    context,
    storedPartition({ id, kind: "stdin", source: "stdin", partition: id }),
  );
  const text = texts.map((text) => text + "\n").join("");
  const source = stdinSource(ReadableStream.from([new TextEncoder().encode(text)]));
  const limits = { rows, bytes: 100_000, linger: 1000, maxMessageBytes: 1_000_000 };
  let moved = false;
  await lander.land(source, limits).catch((error) => {
    if (!(error instanceof PositionMoved)) throw error;
    moved = true;
  });
  database.check();
  let position = 0;
  const expected = texts.flatMap((text, i) => {
    const at = position;
    position += new TextEncoder().encode(text).length + 1;
    if (moved && at >= database.position) return [];
    const isPayload = kinds[i] === "transaction" || kinds[i] === "rate";
    return [[at, isPayload ? JSON.stringify(JSON.parse(text).payload) : text] as const];
  });
  assert.deepEqual([...database.landed].sort(([a], [b]) => a - b), expected);
}

Deno.test("whatever fails, each row is its own message's, and what failed is never written again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stream, { minLength: 1, maxLength: 4 }), async (streams) => {
      const ends = await Promise.allSettled(streams.map((stream, i) => land(stream, i + 1)));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    }),
    { numRuns: 40 },
  );
});
