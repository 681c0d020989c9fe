/** Partitions that share one decoder: what one of them holds of a message is not another's. */
import assert from "node:assert/strict";
import { MessageDecoder } from "../../lib/events/message.ts";
import { PartitionWindow } from "../../lib/events/partition_window.ts";
import { BatchEncoder } from "../../lib/landing/batch_encoder.ts";
import { BatchBuilder } from "../../lib/sources/batch_builder.ts";
import type { MessageBatch } from "../../lib/sources/source.ts";
import type { LandedBatch } from "../../lib/staging/batch.ts";
import { type CopyRows, makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import { rowsOf } from "../support/staging/copy_rows.ts";
import { rateMessage, transactionMessage } from "../support/events/messages.ts";
import { storedPartition } from "../support/staging/stored_partition.ts";

/** More than are decoded in one go, so that others have their turn in between. */
const MESSAGES = 1700;
const PARTITIONS = 3;

/** Messages of a producer with a layout of its own, some of them rejected, some sent again. */
function messagesOf(partition: number): string[] {
  const messages = Array.from({ length: MESSAGES }, (_, i) => {
    const text = i % 5 === partition
      ? rateMessage({ currency_with_div: 1 + i / 1000 })
      : transactionMessage({ amount: partition * MESSAGES + i, ...{ [`extra_${partition}`]: i } });
    return i % 7 === partition ? text.replace("object_type", "object_tipe") : text;
  });
  return [...messages, ...messages.slice(0, 100)];
}

function batchOf(messages: readonly string[]): MessageBatch {
  const builder = new BatchBuilder();
  messages.forEach((message, position) => {
    const from = builder.fill;
    builder.append(new TextEncoder().encode(message));
    builder.add(from, builder.fill, position);
  });
  const border = { next: messages.length, digest: null, unterminated: false };
  return builder.seal(builder.fill, border);
}

function encodeAs(
  partition: number,
  decoder: MessageDecoder,
  messages: readonly string[],
): Promise<LandedBatch> {
  const stored = storedPartition({ id: partition, partition });
  return new BatchEncoder(decoder, makeCopyRows).encode(batchOf(messages), {
    partition: stored,
    window: new PartitionWindow(300_000, stored),
    start: 0,
    horizon: { seconds: Infinity, micros: 0 },
    unstorable: new Set([11]),
  });
}

function contentOf({ rows, counters, watermark }: LandedBatch) {
  const { ofTransactions, ofCurrencies, ofRejected } = rows as CopyRows;
  const tables = [ofTransactions, ofCurrencies, ofRejected].map((one) => rowsOf(one.pieces()));
  return { tables, counters, watermark };
}

Deno.test("batches that are encoded side by side with one decoder are what they are alone", async () => {
  const inputs = Array.from({ length: PARTITIONS }, (_, partition) => messagesOf(partition));
  const shared = new MessageDecoder();
  const together = await Promise.all(
    inputs.map((messages, partition) => encodeAs(partition, shared, messages)),
  );
  for (const [partition, messages] of inputs.entries()) {
    const alone = contentOf(await encodeAs(partition, new MessageDecoder(), messages));
    const { counters } = alone;
    assert.ok(Object.values(counters).every((count) => count > 0), "each place has some");
    assert.deepEqual(contentOf(together[partition]!), alone);
  }
});
