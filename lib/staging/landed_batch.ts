/** A batch that is decoded and judged, in the form in which staging takes it. */
import { createHash } from "node:crypto";
import { TRANSACTIONS } from "../events/dataset.ts";
import type { MessageDecoder, Reason } from "../events/message.ts";
import type { Moment } from "../events/values.ts";
import type { SourcePartition } from "./repository.ts";
import { RowBuffer } from "./row_buffer.ts";

const encoder = new TextEncoder();
const OBJECT_TYPE_BYTES = {
  TRANSACTION: encoder.encode("TRANSACTION"),
  CURRENCY: encoder.encode("CURRENCY"),
};

/** What became of messages; the four sum up to the messages read. */
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

export class LandedBatch {
  readonly transactions: RowBuffer;
  readonly currencies = new RowBuffer();
  readonly rejected = new RowBuffer();
  duplicates = 0;
  /** Rejected messages by reason. */
  readonly reasons = new Map<Reason, number>();
  /** Watermark that the batch leaves. */
  watermark: Moment | null = null;
  /** Versions that the window forgot meanwhile. */
  forgotten = 0;
  /** Position of the version that the window forgot last, -1 for none. */
  forgottenPosition = -1;

  /**
   * @param start position that the batch was read from, which must still be the stored one
   * @param next position after it
   * @param digest of a file: sha256 of its bytes before `next`
   * @param size bytes of rows to expect
   */
  constructor(
    readonly partition: SourcePartition,
    readonly start: number,
    readonly next: number,
    readonly digest: string | null,
    size?: number,
  ) {
    this.transactions = new RowBuffer(size);
  }

  get counters(): Counters {
    return {
      transactions: this.transactions.rows,
      currencies: this.currencies.rows,
      rejected: this.rejected.rows,
      duplicates: this.duplicates,
    };
  }

  /** Adds the version that the decoder holds. */
  addVersion(decoder: MessageDecoder, message: number, position: number): void {
    const { dataset, objectId, sentText, payload, values, hasSpecialBytes } = decoder;
    const rows = dataset === TRANSACTIONS ? this.transactions : this.currencies;
    // The payload and, once more, the fields in it; escapes may double both.
    rows.reserve(4 * (payload.to - payload.from) + 512);
    rows.uuid(objectId.bytes, objectId.from);
    const type = OBJECT_TYPE_BYTES[dataset.objectType];
    rows.plain(type, 0, type.length);
    rows.plain(sentText.bytes, sentText.from, sentText.to);
    if (hasSpecialBytes) rows.escaped(payload.bytes, payload.from, payload.to);
    else rows.plain(payload.bytes, payload.from, payload.to);
    for (let i = 0; i < dataset.fields.length; i++) {
      const value = values[i]!;
      const { type } = dataset.fields[i]!;
      if (type === "uuid") rows.uuid(value.bytes, value.from);
      else if (type === "text" && hasSpecialBytes) rows.escaped(value.bytes, value.from, value.to);
      else rows.plain(value.bytes, value.from, value.to);
    }
    rows.ascii(String(this.partition.id));
    rows.ascii(String(position));
    rows.endRow(message);
  }

  /** Adds a message that nothing can be made of, as it came. */
  addRejected(rejection: RejectedMessage, message: number): void {
    const { reason, field, raw, position } = rejection;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    const kept = raw ?? new Uint8Array();
    const source = encoder.encode(this.partition.source);
    const rows = this.rejected;
    rows.reserve(2 * kept.length + 2 * source.length + 512);
    rows.ascii(reason);
    if (field === null) rows.null();
    else rows.ascii(field);
    if (raw === null) rows.null();
    else rows.bytea(raw);
    rows.ascii(String(rejection.length ?? kept.length));
    rows.ascii(rejection.sha256 ?? createHash("sha256").update(kept).digest("hex"));
    rows.escaped(source, 0, source.length);
    rows.ascii(String(this.partition.partition));
    rows.ascii(String(position));
    rows.endRow(message);
  }
}
