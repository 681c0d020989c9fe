/** Decoding and encoding 500,000 messages of a file without a database, against JSON.parse of each. */
import { join } from "node:path";
import { MessageDecoder } from "../lib/events/message.ts";
import { horizonOf, PartitionWindow } from "../lib/events/partition_window.ts";
import { BatchEncoder } from "../lib/landing/batch_encoder.ts";
import { openFileSource } from "../lib/sources/jsonl.ts";
import { makeCopyRows } from "../lib/staging/postgres/copy_rows.ts";
import { benchFolder, bestOf, figure, writeEvents } from "./support.ts";
import { storedPartition } from "../tests/support/staging/stored_partition.ts";

const MESSAGES = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 3);
const DELAY = 300_000;
const LIMITS = { rows: 10_000, bytes: 8 << 20, linger: 1000, maxMessageBytes: 10_000_000 };

await using folder = await benchFolder();
const events = join(folder.path, "events.jsonl");
await writeEvents(events, { messages: MESSAGES });
const partition = storedPartition({ kind: "file", source: events });

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const best = await bestOf(ROUNDS, {
  encode: () =>
    timed(async () => {
      await using source = await openFileSource(events);
      const encoder = new BatchEncoder(new MessageDecoder(), makeCopyRows);
      const window = new PartitionWindow(DELAY, partition);
      const horizon = horizonOf(Temporal.Now.instant(), DELAY);
      for await (const batch of source.batches(LIMITS, new AbortController().signal)) {
        const landed = await encoder.encode(batch, {
          partition,
          window,
          start: 0,
          horizon,
          unstorable: new Set(),
        });
        landed.rows.release();
        batch.release();
      }
    }),
  parse: () =>
    timed(async () => {
      await using source = await openFileSource(events);
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      for await (const batch of source.batches(LIMITS, new AbortController().signal)) {
        for (let i = 0; i < batch.count; i++) {
          JSON.parse(decoder.decode(batch.bytes.subarray(batch.starts[i], batch.ends[i])));
        }
        batch.release();
      }
    }),
});
figure("read, decode, judge and encode / read and JSON.parse alone", best.encode / best.parse);
