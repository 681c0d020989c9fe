/**
 * Lands one source partition: decodes a batch while the one before it is written, and recovers from
 * what can go wrong in between.
 *
 * A batch is kept until it is committed. When the database went away, the stored position says
 * whether the last commit arrived; when it refuses a row, that row is found and rejected.
 */
import { MessageDecoder } from "../events/message.ts";
import {
  DEFAULT_WATERMARK,
  horizonOf,
  type JudgedVersion,
  PartitionWindow,
} from "../events/partition_window.ts";
import { readTimestamp } from "../events/values.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type { BatchLimits, MessageBatch, Source } from "../sources/source.ts";
import type { Counters, LandedBatch, MakeRows } from "../staging/batch.ts";
import {
  PositionMoved,
  RefusedRow,
  type SourcePartition,
  type WindowVersion,
} from "../staging/landing.ts";
import { BatchEncoder } from "./batch_encoder.ts";
import type { RetryingStaging } from "./retrying_staging.ts";

/** What landing needs from outside. */
export interface LandingContext {
  staging: RetryingStaging;
  makeRows: MakeRows;
  log: Logger;
  now(): Temporal.Instant;
  /** Ends the landing; what was decoded by then is committed. */
  signal: AbortSignal;
  /** Shared by partitions that are landed side by side. @default one of its own */
  decoder?: MessageDecoder;
  /**
   * Called after each commit with the totals so far, and what the commit added; what it throws ends the
   * landing.
   */
  onProgress?: (totals: Totals, commit: Commit) => void;
}

/** What this run read, and where it went. */
export interface Totals extends Counters {
  messages_read: number;
}

/** What one commit added. */
export interface Commit extends Counters {
  reasons: ReadonlyMap<string, number>;
  /** Bytes of its messages. */
  bytes: number;
  /** From the first try to write the batch to its commit. */
  seconds: number;
}

/** A batch that is being written, with all that is needed to write it again. */
interface Flight {
  raw: MessageBatch;
  start: number;
  /** Settles when it is committed, or with the failure; never rejects. */
  outcome: Promise<unknown>;
}

export class PartitionLander {
  readonly totals: Totals = {
    messages_read: 0,
    transactions: 0,
    currencies: 0,
    rejected: 0,
    duplicates: 0,
  };

  readonly #context: LandingContext;
  readonly #delay: number;
  readonly #encoder: BatchEncoder;
  readonly #unstorable = new Set<number>();
  readonly #staging: RetryingStaging;
  #partition: SourcePartition;
  #window: PartitionWindow;
  #position: number;

  private constructor(context: LandingContext, partition: SourcePartition, delay: number) {
    this.#context = context;
    this.#staging = context.staging;
    this.#partition = partition;
    this.#delay = delay;
    this.#encoder = new BatchEncoder(context.decoder ?? new MessageDecoder(), context.makeRows);
    this.#position = partition.nextPosition;
    this.#window = new PartitionWindow(delay, partition);
  }

  /**
   * Makes a lander of a source partition and rebuilds its window from what was landed.
   *
   * @param delay of the watermark, in milliseconds
   */
  static async open(
    context: LandingContext,
    partition: SourcePartition,
    delay = DEFAULT_WATERMARK,
  ): Promise<PartitionLander> {
    const lander = new PartitionLander(context, partition, delay);
    await lander.#rebuildWindow();
    return lander;
  }

  /** The position that was committed last. */
  get position(): number {
    return this.#partition.nextPosition;
  }

  /** Versions that the window remembers now. */
  get windowSize(): number {
    return this.#window.size;
  }

  /**
   * Lands all that the source gives, up to its end or until the signal; what was decoded is
   * committed before this returns or throws.
   */
  async land(source: Source, limits: BatchLimits): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#context.signal]);
    const batches = source.batches(limits, signal);
    let flight: Flight | undefined;
    try {
      for (;;) {
        const next = settled(batches.next());
        if (flight !== undefined) await Promise.race([next, flight.outcome]);
        // A refused row must not wait for more messages, which may never come.
        if (flight !== undefined && await isSettled(flight.outcome)) {
          const ended: Flight = flight;
          flight = undefined;
          await this.#finish(ended);
        }
        const result = await next;
        if ("error" in result) throw result.error;
        if (result.value.done === true) return;
        const raw = result.value.value;
        if (raw.unterminated && !this.#takesUnterminated(raw)) continue;
        const start = this.#position;
        let encoded = await this.#encode(raw, start);
        const before: Flight | undefined = flight;
        flight = undefined;
        if (before !== undefined && await this.#finish(before)) {
          // The window was rebuilt after this batch was encoded: encode it again.
          encoded.rows.release();
          encoded = await this.#encode(raw, start);
        }
        this.#position = raw.next;
        flight = { raw, start, outcome: outcomeOf(this.#write(encoded, raw)) };
      }
    } finally {
      stop.abort();
      try {
        if (flight !== undefined) await this.#finish(flight);
      } finally {
        await batches.return();
      }
    }
  }

  /**
   * Waits for a batch's commit. True where the batch had to be encoded again, because a row was
   * refused.
   */
  async #finish(flight: Flight): Promise<boolean> {
    let failure = await flight.outcome;
    let again = false;
    while (failure !== undefined) {
      if (!(failure instanceof RefusedRows)) throw failure;
      for (const message of failure.messages) {
        this.#unstorable.add(flight.raw.positions[message]!);
      }
      this.#context.log.warn(
        "Staging refused rows that finpipe accepts: their messages are rejected as not_storable",
        {
          rows: failure.messages.length,
          source: this.#partition.source,
          sqlstate: failure.code,
        },
      );
      await this.#rebuildWindow();
      again = true;
      const encoded = await this.#encode(flight.raw, flight.start);
      failure = await outcomeOf(this.#write(encoded, flight.raw));
    }
    // Committed: it need not be encoded again.
    flight.raw.release();
    return again;
  }

  /** Commits a batch, through lost connections, and counts it. */
  async #write(batch: LandedBatch, raw: MessageBatch): Promise<void> {
    const bytes = bytesOf(raw);
    const started = performance.now();
    let tries = 0;
    await this.#staging.run(async ({ landing }, again) => {
      tries++;
      if (again) {
        // The commit may have arrived although its answer did not.
        const stored = await landing.nextPosition(this.#partition);
        if (stored === batch.next) return;
        if (stored !== batch.start) {
          throw new PositionMoved(this.#partition, batch.start, stored);
        }
      }
      try {
        await landing.land(batch);
      } catch (error) {
        if (!(error instanceof RefusedRow)) throw error;
        const messages = await landing.findRefused(batch);
        throw messages.length === 0 ? error : new RefusedRows(messages, error.code, error);
      }
    });
    this.#count(batch, { bytes, seconds: (performance.now() - started) / 1000 });
    // The rows of this try may still lie in the broken connection's socket, so their buffers are
    // not reused.
    if (tries === 1) batch.rows.release();
  }

  #count(batch: LandedBatch, measures: Pick<Commit, "bytes" | "seconds">): void {
    const { totals } = this;
    const { counters, reasons } = batch;
    const { transactions, currencies, rejected, duplicates } = counters;
    totals.messages_read += transactions + currencies + rejected + duplicates;
    totals.transactions += transactions;
    totals.currencies += currencies;
    totals.rejected += rejected;
    totals.duplicates += duplicates;
    this.#partition = {
      ...this.#partition,
      nextPosition: batch.next,
      watermark: batch.watermark,
      digest: batch.digest,
      forgottenPosition: batch.forgottenPosition,
    };
    if (batch.forgotten > 0) {
      this.#context.log.warn("The window is full: the versions landed first were forgotten", {
        forgotten: batch.forgotten,
        source: this.#partition.source,
      });
    }
    this.#context.onProgress?.(totals, { ...counters, reasons, ...measures });
  }

  #encode(raw: MessageBatch, start: number): Promise<LandedBatch> {
    return this.#encoder.encode(raw, {
      partition: this.#partition,
      window: this.#window,
      start,
      horizon: horizonOf(this.#context.now(), this.#delay),
      unstorable: this.#unstorable,
    });
  }

  /** On stdin the last line is complete; in a file it may still be growing. */
  #takesUnterminated(raw: MessageBatch): boolean {
    if (this.#partition.kind !== "file" || this.#encoder.isWholeMessage(raw)) return true;
    this.#context.log.warn(
      "The last line has no line end and is not a complete message: the next run reads it again",
      { source: this.#partition.source, position: raw.positions[0] },
    );
    return false;
  }

  /** Makes the window what it was when the stored position was committed. */
  async #rebuildWindow(): Promise<void> {
    this.#window = await this.#staging.run(async ({ landing }) => {
      const window = new PartitionWindow(this.#delay, this.#partition);
      for await (const version of landing.windowVersions(this.#partition)) {
        window.restore(judgedVersionOf(version), version.position);
      }
      return window;
    });
  }
}

const encoder = new TextEncoder();

function judgedVersionOf({ type, objectId, sentDttm, payload }: WindowVersion): JudgedVersion {
  const sent = { seconds: 0, micros: 0 };
  const text = encoder.encode(sentDttm);
  readTimestamp(text, 0, text.length, sent);
  const bytes = encoder.encode(payload);
  return {
    type,
    id: encoder.encode(objectId),
    idFrom: 0,
    sent,
    payload: bytes,
    payloadFrom: 0,
    payloadTo: bytes.length,
  };
}

/** Of its messages; those that were too large to hold, too. */
function bytesOf({ count, starts, ends, oversized }: MessageBatch): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += Math.max(0, ends[i]! - starts[i]!);
  for (const { length } of oversized.values()) bytes += length;
  return bytes;
}

/** Rows that staging refuses, by message. */
class RefusedRows extends FinpipeError {
  constructor(readonly messages: number[], readonly code: string, cause: unknown) {
    super("data", "Staging refused rows of a batch", { cause });
  }
}

/** The failure of a promise, or undefined; so that one that fails early is not unhandled. */
function outcomeOf(work: Promise<void>): Promise<unknown> {
  return work.then(() => undefined, (error) => error);
}

function settled<T>(work: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  return work.then((value) => ({ value }), (error) => ({ error }));
}

async function isSettled(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  return await Promise.race([work, Promise.resolve(pending)]) !== pending;
}
