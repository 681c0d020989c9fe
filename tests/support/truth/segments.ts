/** The broker's own files of a partition, and a byte of them that is not what it was. */
import { join } from "node:path";
import type { Random } from "../../../lib/events/random.ts";
import type { KafkaServer } from "../kafka/server.ts";

/** A record batch of format 2, in a segment's file (Kafka's protocol, "Record Batch"). */
export interface StoredBatch {
  file: string;
  /** Where it begins in the file, and its bytes in all. */
  at: number;
  length: number;
  firstOffset: number;
  lastOffset: number;
  /** Says what became of a transaction. */
  isControl: boolean;
}

/** Bytes of offset and length, before what the length counts. */
const PREFIX = 12;
/** Where the checksum lies; it covers all behind it. */
export const CHECKSUM = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const CONTROL = 0x20;

/** The batches of a partition that has one segment. */
export async function storedBatches(
  kafka: KafkaServer,
  topic: string,
  partition: number,
): Promise<StoredBatch[]> {
  const file = join(kafka.dataFolder, `${topic}-${partition}`, `${"0".repeat(20)}.log`);
  const bytes = await Deno.readFile(file);
  const view = new DataView(bytes.buffer);
  const batches: StoredBatch[] = [];
  for (let at = 0; at + PREFIX < bytes.length;) {
    const length = PREFIX + view.getInt32(at + 8);
    if (length === PREFIX) break;
    const firstOffset = Number(view.getBigInt64(at));
    batches.push({
      file,
      at,
      length,
      firstOffset,
      lastOffset: firstOffset + view.getInt32(at + LAST_OFFSET_DELTA),
      isControl: (view.getInt16(at + ATTRIBUTES) & CONTROL) !== 0,
    });
    at += length;
  }
  return batches;
}

/** Flips some bits of one byte of a batch, from its checksum on; disposing of it flips them back. */
export async function damage(batch: StoredBatch, random: Random): Promise<AsyncDisposable> {
  const at = batch.at + random.between(CHECKSUM, batch.length - 1);
  const bits = random.between(1, 255);
  const flip = async () => {
    using file = await Deno.open(batch.file, { read: true, write: true });
    const byte = new Uint8Array(1);
    await file.seek(at, Deno.SeekMode.Start);
    await file.read(byte);
    await file.seek(at, Deno.SeekMode.Start);
    await file.write(Uint8Array.of(byte[0]! ^ bits));
  };
  await flip();
  return { [Symbol.asyncDispose]: flip };
}
