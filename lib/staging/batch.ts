/** A decoded batch: its rows, and the facts that are committed with them. */
import type { MessageDecoder, Reason } from "../events/message.ts";
import type { Moment } from "../events/values.ts";
import { DayCounts } from "./day_counts.ts";
import type { SourcePartition } from "./landing.ts";

/** What happened to the messages; the four counts add up to the messages read. */
export interface Counters {
  transactions: number;
  currencies: number;
  rejected: number;
  duplicates: number;
}

/** What is kept of a rejected message. */
export interface RejectedMessage {
  reason: Reason;
  field: string | null;
  /** Null for a null Kafka value. */
  raw: Uint8Array | null;
  /** Bytes of the whole message. @default raw.length */
  length?: number;
  /** sha256 of the whole message. @default of raw */
  sha256?: string;
  position: number;
}

/**
 * The rows of a batch, in the form in which its staging takes them: each is written into it once, straight
 * from the decoder. Only the staging that made them knows that form.
 */
export interface BatchRows {
  /** How many there are by now. */
  readonly transactions: number;
  readonly currencies: number;
  readonly rejected: number;

  /** Bytes of the transactions: what those of the next batch are likely to need. */
  readonly size: number;

  /**
   * Adds the version that the decoder holds.
   *
   * @param message index in its batch, by which a refused row is named
   */
  addVersion(decoder: MessageDecoder, message: number, position: number): void;

  /** Adds a rejected message, as it came. */
  addRejected(rejection: RejectedMessage, message: number): void;

  /**
   * No more rows are added. From now on no window holds versions that were sent before this time.
   */
  close(watermark: Moment): void;

  /**
   * Returns their memory to other batches. The owner calls it, once, when no connection that was
   * ever given them can still read them: they were committed, and no earlier try failed.
   */
  release(): void;
}

/**
 * Makes rows of a source partition.
 *
 * @param size bytes of transactions to expect
 */
export type MakeRows = (partition: SourcePartition, size?: number) => BatchRows;

export class LandedBatch {
  duplicates = 0;
  /** Rejected messages by reason. */
  readonly reasons = new Map<Reason, number>();
  /** Its rows by dataset and day. */
  readonly days = new DayCounts();
  /** Watermark that the batch leaves: see {@link close}. */
  watermark: Moment | null = null;
  /** Versions that the window forgot during the batch. */
  forgotten = 0;
  /** Position of the version that the window forgot last, -1 for none. */
  forgottenPosition = -1;

  /**
   * @param start position that the batch was read from, which must still be the stored one
   * @param next position after it
   * @param digest of a file: sha256 of its bytes before `next`
   */
  constructor(
    readonly partition: SourcePartition,
    readonly start: number,
    readonly next: number,
    readonly digest: string | null,
    readonly rows: BatchRows,
  ) {}

  get counters(): Counters {
    const { transactions, currencies, rejected } = this.rows;
    return { transactions, currencies, rejected, duplicates: this.duplicates };
  }

  /**
   * Adds the version that the decoder holds.
   *
   * @param message index in this batch
   */
  addVersion(decoder: MessageDecoder, message: number, position: number): void {
    this.rows.addVersion(decoder, message, position);
    this.days.add(decoder.dataset, decoder.eventTime);
  }

  /** Adds a rejected message, as it came. */
  addRejected(rejection: RejectedMessage, message: number): void {
    const { reason } = rejection;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    this.rows.addRejected(rejection, message);
  }

  /** Ends the batch: no more is added. */
  close(watermark: Moment | null): void {
    this.watermark = watermark;
    if (watermark !== null) this.rows.close(watermark);
  }
}
