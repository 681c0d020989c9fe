/**
 * Decodes the messages of a batch and decides for each whether it is a transaction, a currency, a
 * duplicate or rejected (contract, section 2).
 */
import { setImmediate } from "node:timers";
import { TRANSACTIONS } from "../events/dataset.ts";
import type { MessageDecoder } from "../events/message.ts";
import type { JudgedVersion, PartitionWindow } from "../events/partition_window.ts";
import type { Moment } from "../events/values.ts";
import { type MessageBatch, NULL_VALUE } from "../sources/source.ts";
import { LandedBatch, type MakeRows } from "../staging/batch.ts";
import type { SourcePartition } from "../staging/landing.ts";

const NOTHING = new Uint8Array();

/** Messages decoded in one go, before other work (the socket to the database) gets a turn. */
const TURN = 500;

export interface EncodeOptions {
  partition: SourcePartition;
  window: PartitionWindow;
  /** Position that the batch was read from. */
  start: number;
  /** Sent times after it do not move the watermark. */
  horizon: Moment;
  /** Positions whose rows the database was found to refuse. */
  unstorable: ReadonlySet<number>;
}

export class BatchEncoder {
  readonly #decoder: MessageDecoder;
  readonly #makeRows: MakeRows;
  /** Bytes of rows in the batch before: what the next one is likely to need. */
  #lastSize = 4096;
  readonly #version: JudgedVersion;

  /**
   * @param decoder may be shared with other encoders: what it says about a message is used before
   * anything else gets a turn. It takes 30 KB, a thousand partitions are landed by one thread, and
   * their messages have the same layouts
   */
  constructor(decoder: MessageDecoder, makeRows: MakeRows) {
    this.#decoder = decoder;
    this.#makeRows = makeRows;
    this.#version = {
      type: 0,
      id: NOTHING,
      idFrom: 0,
      sent: decoder.sent,
      payload: NOTHING,
      payloadFrom: 0,
      payloadTo: 0,
    };
  }

  /** Encodes a batch; the window moves on with it. */
  async encode(batch: MessageBatch, options: EncodeOptions): Promise<LandedBatch> {
    const { partition, window, start } = options;
    const size = Math.max(4096, Math.ceil(this.#lastSize * 1.125));
    const rows = this.#makeRows(partition, size);
    const landed = new LandedBatch(partition, start, batch.next, batch.digest, rows);
    const forgottenBefore = window.forgotten;
    for (let from = 0; from < batch.count; from += TURN) {
      if (from > 0) await new Promise<void>((resolve) => setImmediate(resolve));
      const to = Math.min(batch.count, from + TURN);
      for (let message = from; message < to; message++) {
        this.#encodeMessage(batch, message, options, landed);
      }
    }
    this.#lastSize = rows.size;
    landed.close(window.watermark);
    landed.forgotten = window.forgotten - forgottenBefore;
    landed.forgottenPosition = window.forgottenPosition;
    return landed;
  }

  /**
   * True where the last line of a file, which has no end, is a message all the same: valid UTF-8 and
   * a JSON object. Anything else may still be growing.
   */
  isWholeMessage(batch: MessageBatch): boolean {
    if (batch.oversized.size > 0) return false;
    const decoder = this.#decoder;
    return decoder.decode(batch.bytes, batch.starts[0]!, batch.ends[0]!) || decoder.isObject;
  }

  /** In one go, as others may have the decoder next. */
  #encodeMessage(
    batch: MessageBatch,
    message: number,
    { window, horizon, unstorable }: EncodeOptions,
    landed: LandedBatch,
  ): void {
    const position = batch.positions[message]!;
    const oversized = batch.oversized.get(message);
    if (oversized !== undefined) {
      const { head, length, sha256 } = oversized;
      const rejection = { reason: "too_large", field: null, raw: head, length, sha256 } as const;
      landed.addRejected({ ...rejection, position }, message);
      return;
    }
    const start = batch.starts[message]!;
    if (start === NULL_VALUE) {
      landed.addRejected({ reason: "empty", field: null, raw: null, position }, message);
      return;
    }
    const end = batch.ends[message]!;
    const decoder = this.#decoder;
    if (!decoder.decode(batch.bytes, start, end)) {
      const { reason, field } = decoder;
      landed.addRejected(
        { reason, field, raw: batch.bytes.subarray(start, end), position },
        message,
      );
    } else if (unstorable.has(position)) {
      const raw = batch.bytes.subarray(start, end);
      landed.addRejected({ reason: "not_storable", field: null, raw, position }, message);
    } else if (window.admit(this.#describeVersion(), position, horizon)) {
      landed.addVersion(decoder, message, position);
    } else landed.duplicates++;
  }

  #describeVersion(): JudgedVersion {
    const decoder = this.#decoder;
    const version = this.#version;
    version.type = decoder.dataset === TRANSACTIONS ? 0 : 1;
    version.id = decoder.objectId.bytes;
    version.idFrom = decoder.objectId.from;
    version.payload = decoder.payload.bytes;
    version.payloadFrom = decoder.payload.from;
    version.payloadTo = decoder.payload.to;
    return version;
  }
}
