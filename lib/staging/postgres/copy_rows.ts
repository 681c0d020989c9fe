/** {@link BatchRows} as COPY of PostgreSQL takes them. */
import { createHash } from "node:crypto";
import { type Field, TRANSACTIONS } from "../../events/dataset.ts";
import type { MessageDecoder, Value } from "../../events/message.ts";
import type { Moment } from "../../events/values.ts";
import type { BatchRows, MakeRows, RejectedMessage } from "../batch.ts";
import type { SourcePartition } from "../landing.ts";
import { RowBuffer } from "./row_buffer.ts";

const encoder = new TextEncoder();
const OBJECT_TYPE_BYTES = {
  TRANSACTION: encoder.encode("TRANSACTION"),
  CURRENCY: encoder.encode("CURRENCY"),
};

/** All of a row but its payload, the fields that repeat it, its raw bytes and its source. */
const MOST_OTHER_BYTES = 512;

export class CopyRows implements BatchRows {
  /** The rows of each table. */
  readonly ofTransactions: RowBuffer;
  readonly ofCurrencies = new RowBuffer();
  readonly ofRejected = new RowBuffer();
  readonly #partition: SourcePartition;

  /** @param size bytes of transactions to begin with */
  constructor(partition: SourcePartition, size?: number) {
    this.#partition = partition;
    this.ofTransactions = new RowBuffer(size);
  }

  get transactions(): number {
    return this.ofTransactions.rows;
  }

  get currencies(): number {
    return this.ofCurrencies.rows;
  }

  get rejected(): number {
    return this.ofRejected.rows;
  }

  get size(): number {
    return this.ofTransactions.length;
  }

  addVersion(decoder: MessageDecoder, message: number, position: number): void {
    const { dataset, objectUuid, sent, payload } = decoder;
    const rows = dataset === TRANSACTIONS ? this.ofTransactions : this.ofCurrencies;
    // The payload and, once more, the fields in it.
    rows.beginRow(7 + dataset.fields.length, 2 * (payload.to - payload.from) + MOST_OTHER_BYTES);
    rows.uuid(objectUuid);
    rows.bytes(OBJECT_TYPE_BYTES[dataset.objectType]);
    rows.timestamp(sent);
    rows.bytes(payload.bytes, payload.from, payload.to);
    for (let i = 0; i < dataset.fields.length; i++) {
      addField(rows, dataset.fields[i]!, decoder, decoder.values[i]!);
    }
    rows.int4(this.#partition.id);
    rows.int8(position);
    rows.boolean(true);
    rows.endRow(message);
  }

  addRejected(rejection: RejectedMessage, message: number): void {
    const { reason, field, raw, position } = rejection;
    const { source, partition } = this.#partition;
    const kept = raw ?? new Uint8Array();
    const sourceBytes = encoder.encode(source);
    const rows = this.ofRejected;
    rows.beginRow(8, kept.length + sourceBytes.length + MOST_OTHER_BYTES);
    rows.bytes(encoder.encode(reason));
    if (field === null) rows.null();
    else rows.bytes(encoder.encode(field));
    if (raw === null) rows.null();
    else rows.bytes(raw);
    rows.int8(rejection.length ?? kept.length);
    rows.bytes(
      encoder.encode(rejection.sha256 ?? createHash("sha256").update(kept).digest("hex")),
    );
    rows.bytes(sourceBytes);
    rows.int4(partition);
    rows.int8(position);
    rows.endRow(message);
  }

  close(watermark: Moment): void {
    this.ofTransactions.markFrom(watermark, sentAt(OBJECT_TYPE_BYTES.TRANSACTION));
    this.ofCurrencies.markFrom(watermark, sentAt(OBJECT_TYPE_BYTES.CURRENCY));
  }

  /** See {@link RowBuffer.release}. The counts stay. */
  release(): void {
    this.ofTransactions.release();
    this.ofCurrencies.release();
    this.ofRejected.release();
  }
}

/** Makes {@link CopyRows}. */
export const makeCopyRows: MakeRows = (partition, size) => new CopyRows(partition, size);

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
