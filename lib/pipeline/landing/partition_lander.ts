/**
 * Lands one source partition: decodes a batch while the one before it is written, and recovers from
 * what can go wrong in between.
 *
 * A batch is kept until it is committed. When the database went away, the stored position says
 * whether the last commit arrived; when it refuses a row, that row is found and rejected.
 */
import { DEFAULT_WATERMARK, horizonOf, PartitionWindow } from "../../events/partition_window.ts";
import { readTimestamp } from "../../events/values.ts";
import { RefusedData } from "../../postgres/failure.ts";
import { FinpipeError, isKind } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { retrying } from "../../runtime/retry.ts";
import type { BatchLimits, MessageBatch, Source } from "../../sources/source.ts";
import type { Counters, LandedBatch } from "../../staging/landed_batch.ts";
import {
  PositionMoved,
  type SourcePartition,
  type StagingRepository,
} from "../../staging/repository.ts";
import { BatchEncoder } from "./batch_encoder.ts";

/** What landing needs from outside. */
export interface LandingContext {
  /** Opens a session of staging anew and takes the source's lock again. One try. */
  reconnect(): Promise<StagingRepository>;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
  /** Milliseconds to try for when staging is unreachable. */
  retryFor: number;
  /** Called after each commit with the totals so far. */
  onProgress?: (totals: Totals) => void;
}

/** What this run read, and where it went. */
export interface Totals extends Counters {
  messages_read: number;
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
  readonly #encoder = new BatchEncoder();
  readonly #unstorable = new Set<number>();
  #staging: StagingRepository;
  #partition: SourcePartition;
  #window: PartitionWindow;
  #position: number;

  private constructor(
    context: LandingContext,
    staging: StagingRepository,
    partition: SourcePartition,
    delay: number,
  ) {
    this.#context = context;
    this.#staging = staging;
    this.#partition = partition;
    this.#delay = delay;
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
    staging: StagingRepository,
    partition: SourcePartition,
    delay = DEFAULT_WATERMARK,
  ): Promise<PartitionLander> {
    const lander = new PartitionLander(context, staging, partition, delay);
    await lander.#rebuildWindow();
    return lander;
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
          await this.#finish(flight);
          flight = undefined;
        }
        const result = await next;
        if ("error" in result) throw result.error;
        if (result.value.done === true) return;
        const raw = result.value.value;
        if (raw.unterminated && !this.#takesUnterminated(raw)) continue;
        const start = this.#position;
        let encoded = await this.#encode(raw, start);
        if (flight !== undefined && await this.#finish(flight)) {
          // The window was rebuilt behind this batch's back: judge it again.
          encoded = await this.#encode(raw, start);
        }
        this.#position = raw.next;
        flight = { raw, start, outcome: outcomeOf(this.#write(encoded)) };
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

  /** Waits for a batch's commit. True where it had to be judged again, since a row was refused. */
  async #finish(flight: Flight): Promise<boolean> {
    let failure = await flight.outcome;
    let again = false;
    while (failure !== undefined) {
      if (!(failure instanceof RefusedRows)) throw failure;
      for (const message of failure.messages) {
        this.#unstorable.add(flight.raw.positions[message]!);
      }
      this.#context.log.warn(
        "Staging refuses rows that finpipe accepts: rejected as not_storable",
        {
          rows: failure.messages.length,
          source: this.#partition.source,
          sqlstate: failure.sqlState,
        },
      );
      await this.#rebuildWindow();
      again = true;
      failure = await outcomeOf(this.#write(await this.#encode(flight.raw, flight.start)));
    }
    return again;
  }

  /** Commits a batch, through lost connections, and counts it. */
  async #write(batch: LandedBatch): Promise<void> {
    const { log, signal, retryFor } = this.#context;
    let connected = true;
    const attempt = async () => {
      if (!connected) {
        this.#staging = await this.#context.reconnect();
        connected = true;
        // The commit may have arrived although its answer did not.
        const stored = await this.#staging.nextPosition(this.#partition);
        if (stored === batch.next) return;
        if (stored !== batch.start) throw new PositionMoved(this.#partition);
      }
      try {
        await this.#staging.land(batch);
      } catch (error) {
        if (isKind(error, "unreachable")) connected = false;
        if (!(error instanceof RefusedData)) throw error;
        const messages = await this.#staging.findRefused(batch);
        throw messages.length === 0 ? error : new RefusedRows(messages, error.sqlState, error);
      }
    };
    await retrying(attempt, {
      log,
      // A batch that was decoded is drained also after the signal to stop, but then not retried.
      ...(signal.aborted ? { retryFor: 0, signal: NEVER } : { retryFor, signal }),
      // The server may hold the lock of a session that broke until it notices.
      isRetriable: (error) =>
        isKind(error, "unreachable") || (!connected && isKind(error, "locked")),
    });
    this.#count(batch);
  }

  #count(batch: LandedBatch): void {
    const { totals } = this;
    const { transactions, currencies, rejected, duplicates } = batch.counters;
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
      this.#context.log.warn("The window is full: versions landed first were forgotten", {
        forgotten: batch.forgotten,
        source: this.#partition.source,
      });
    }
    this.#context.onProgress?.(totals);
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

  /** Of stdin the end is the end; the last line of a file may still be growing. */
  #takesUnterminated(raw: MessageBatch): boolean {
    if (this.#partition.kind !== "file" || this.#encoder.isWholeMessage(raw)) return true;
    this.#context.log.warn(
      "The last line has no end and is no whole message: left for when the file has grown",
      { source: this.#partition.source, position: raw.positions[0] },
    );
    return false;
  }

  /** Makes the window what it was when the stored position was committed. */
  async #rebuildWindow(): Promise<void> {
    const encoder = new TextEncoder();
    const window = new PartitionWindow(this.#delay, this.#partition);
    const sent = { seconds: 0, micros: 0 };
    for await (const version of this.#staging.windowVersions(this.#partition)) {
      const text = encoder.encode(version.sentDttm);
      readTimestamp(text, 0, text.length, sent);
      const payload = encoder.encode(version.payload);
      window.restore({
        type: version.type,
        id: encoder.encode(version.objectId),
        idFrom: 0,
        sent,
        payload,
        payloadFrom: 0,
        payloadTo: payload.length,
      }, version.position);
    }
    this.#window = window;
  }
}

/** Rows that the database refuses, by message. */
class RefusedRows extends FinpipeError {
  constructor(readonly messages: number[], readonly sqlState: string, cause: unknown) {
    super("data", "Staging refused rows of a batch", { cause });
  }
}

/** A signal that is never aborted. */
const NEVER = new AbortController().signal;

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
