/** What was sent, where it lies in the log, and what became of it: known from the plan itself. */
import { createHash } from "node:crypto";
import type { Ending, PlannedProducer } from "./plan.ts";
import type { Sent } from "./records.ts";

/** The sha256 of a value; `null` of one that is null. */
export type Digest = string;

/** Of each offset of each partition what a reader found there. */
export type Reading = Map<number, Digest>[];

/** An empty one. */
export function emptyReading(partitions: number): Reading {
  return Array.from({ length: partitions }, () => new Map());
}

/** What became of a record. */
export type Fate = "committed" | "aborted" | "open";

interface Entry {
  partition: number;
  digest: Digest;
  key: string | null;
  transaction: { fate: Fate };
}

/** Where the log of a partition ends. */
export interface LogEnd {
  /** The last stable offset. */
  stable: number;
  /** The high watermark. */
  high: number;
}

export class Ledger {
  readonly #partitions: number;
  readonly #entries = new Map<number, Entry>();
  readonly #offsets = new Map<number, number>();
  /** By partition, the records by offset. */
  readonly #log: Map<number, Entry>[];
  readonly #open = new Map<string, { fate: Fate }>();

  constructor(partitions: number) {
    this.#partitions = partitions;
    this.#log = Array.from({ length: partitions }, () => new Map());
  }

  begin({ name }: PlannedProducer): void {
    this.#open.set(name, { fate: "open" });
  }

  end({ name }: PlannedProducer, ending: Ending): void {
    this.#open.get(name)!.fate = ending === "commit" ? "committed" : "aborted";
    this.#open.delete(name);
  }

  send({ name }: PlannedProducer, records: readonly Sent[]): void {
    const transaction = this.#open.get(name) ?? { fate: "committed" as const };
    for (const { id, partition, key, value } of records) {
      const digest = value === null ? "null" : createHash("sha256").update(value).digest("hex");
      const words = key && Array.from(key).join();
      this.#entries.set(id, { partition, digest, key: words, transaction });
    }
  }

  /** The broker has the record there. */
  lies(id: number, offset: number): void {
    const entry = this.#entries.get(id)!;
    this.#offsets.set(id, offset);
    this.#log[entry.partition]!.set(offset, entry);
  }

  offsetOf(id: number): number {
    return this.#offsets.get(id)!;
  }

  count(fate?: Fate): number {
    const all = this.#entries.values().toArray();
    return all.filter(({ transaction }) => fate === undefined || transaction.fate === fate).length;
  }

  /** What became of the record at an offset; undefined where none was sent. */
  fateOf(partition: number, offset: number): Fate | undefined {
    return this.#log[partition]!.get(offset)?.transaction.fate;
  }

  /**
   * True where the log ends as it does once the broker has written down what became of every
   * transaction that has ended.
   */
  isSettled(ends: readonly LogEnd[]): boolean {
    return ends.every(({ stable, high }, partition) => {
      const firstOpen = this.#firstOpen(partition);
      return stable === (firstOpen === Infinity ? high : firstOpen);
    });
  }

  /** What is to be read now: all that was committed, before the first record that is open. */
  committed(): Reading {
    const reading = emptyReading(this.#partitions);
    this.#log.forEach((log, partition) => {
      const end = this.#firstOpen(partition);
      for (const [offset, { digest, transaction }] of log) {
        if (offset < end && transaction.fate === "committed") {
          reading[partition]!.set(offset, digest);
        }
      }
    });
    return reading;
  }

  /**
   * Of what was committed, what compaction must leave: the last record of each key, if it has a value,
   * and all from where it came to.
   *
   * @param compactedTo by partition, the first offset that was left alone
   */
  lasting(compactedTo: readonly number[]): Reading {
    const last = this.#log.map((log) => {
      const offsets = new Map<string | null, number>();
      for (const [offset, { key, transaction }] of log) {
        if (transaction.fate !== "committed") continue;
        offsets.set(key, Math.max(offset, offsets.get(key) ?? 0));
      }
      return offsets;
    });
    return this.committed().map((reading, partition) => {
      const mustStay = ([offset, digest]: [number, Digest]) =>
        offset >= compactedTo[partition]! ||
        digest !== "null" &&
          last[partition]!.get(this.#log[partition]!.get(offset)!.key) === offset;
      return new Map(reading.entries().filter(mustStay));
    });
  }

  #firstOpen(partition: number): number {
    let first = Infinity;
    for (const [offset, { transaction }] of this.#log[partition]!) {
      if (transaction.fate === "open") first = Math.min(first, offset);
    }
    return first;
  }
}

/** A record that two readings differ in. */
export interface Difference {
  partition: number;
  offset: number;
  expected: Digest | undefined;
  actual: Digest | undefined;
}

/** What differs, in order. */
export function differencesOf(expected: Reading, actual: Reading): Difference[] {
  return expected.flatMap((log, partition) => {
    const found = actual[partition]!;
    const offsets = new Set([...log.keys(), ...found.keys()]);
    return [...offsets].sort((one, other) => one - other)
      .map((offset) => ({
        partition,
        offset,
        expected: log.get(offset),
        actual: found.get(offset),
      }))
      .filter((one) => one.expected !== one.actual);
  });
}
