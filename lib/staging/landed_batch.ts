/** A batch that is decoded and judged, in the form in which staging takes it. */
import { createHash } from "node:crypto";
import { type Field, TRANSACTIONS } from "../events/dataset.ts";
import type { MessageDecoder, Reason, Value } from "../events/message.ts";
import type { Moment } from "../events/values.ts";
import type { SourcePartition } from "./repository.ts";
import { RowBuffer } from "./row_buffer.ts";

const encoder = new TextEncoder();
const OBJECT_TYPE_BYTES = {
  TRANSACTION: encoder.encode("TRANSACTION"),
  CURRENCY: encoder.encode("CURRENCY"),
};

/** All of a row but its payload, the fields that repeat it, its raw bytes and its source. */
const MOST_OTHER_BYTES = 512;

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
  /** Watermark that the batch leaves: see {@link close}. */
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

  /** Gives its memory to other batches: see {@link RowBuffer.release}. Its counters stay. */
  release(): void {
    this.transactions.release();
    this.currencies.release();
    this.rejected.release();
  }

  /** Adds the version that the decoder holds. */
  addVersion(decoder: MessageDecoder, message: number, position: number): void {
    const { dataset, objectUuid, sent, payload } = decoder;
    const rows = dataset === TRANSACTIONS ? this.transactions : this.currencies;
    // The payload and, once more, the fields in it.
    rows.beginRow(7 + dataset.fields.length, 2 * (payload.to - payload.from) + MOST_OTHER_BYTES);
    rows.uuid(objectUuid);
    rows.bytes(OBJECT_TYPE_BYTES[dataset.objectType]);
    rows.timestamp(sent);
    rows.bytes(payload.bytes, payload.from, payload.to);
    for (let i = 0; i < dataset.fields.length; i++) {
      addField(rows, dataset.fields[i]!, decoder, decoder.values[i]!);
    }
    rows.int4(this.partition.id);
    rows.int8(position);
    rows.boolean(true);
    rows.endRow(message);
  }

  /**
   * Ends the batch. A row that was sent before the watermark that it leaves is in no window from now on.
   */
  close(watermark: Moment | null): void {
    this.watermark = watermark;
    if (watermark === null) return;
    this.transactions.markFrom(watermark, sentAt(OBJECT_TYPE_BYTES.TRANSACTION));
    this.currencies.markFrom(watermark, sentAt(OBJECT_TYPE_BYTES.CURRENCY));
  }

  /** Adds a message that nothing can be made of, as it came. */
  addRejected(rejection: RejectedMessage, message: number): void {
    const { reason, field, raw, position } = rejection;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    const kept = raw ?? new Uint8Array();
    const source = encoder.encode(this.partition.source);
    const rows = this.rejected;
    rows.beginRow(8, kept.length + source.length + MOST_OTHER_BYTES);
    rows.bytes(encoder.encode(reason));
    if (field === null) rows.null();
    else rows.bytes(encoder.encode(field));
    if (raw === null) rows.null();
    else rows.bytes(raw);
    rows.int8(rejection.length ?? kept.length);
    rows.bytes(
      encoder.encode(rejection.sha256 ?? createHash("sha256").update(kept).digest("hex")),
    );
    rows.bytes(source);
    rows.int4(this.partition.partition);
    rows.int8(position);
    rows.endRow(message);
  }
}

/**
 * Where sent_dttm lies in a row: behind the number of values, then object_id and object_type, each with
 * its length.
 */
function sentAt(objectType: Uint8Array): number {
  return 2 + (4 + 16) + (4 + objectType.length) + 4;
}

function addField(rows: RowBuffer, { type }: Field, decoder: MessageDecoder, value: Value): void {
  const { bytes, from, to } = value;
  switch (type) {
    case "uuid":
      return rows.uuid(decoder.uuid);
    case "text":
      return rows.bytes(bytes, from, to);
    case "int64":
      return rows.decimal(bytes, from, to);
    case "currency_code":
      return rows.int2(bytes, from, to);
    case "timestamp":
      return rows.timestamp(decoder.eventTime);
    case "rate":
      return rows.numeric(decoder.millionths);
  }
}
