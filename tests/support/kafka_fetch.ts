/** All records of a partition as brokers send them, fetched without a group. */
import { Buffer } from "node:buffer";
import net from "node:net";
import { decodeFetch } from "../../lib/sources/kafka/fetch_answer.ts";
import { readHeader, wholeBatches } from "../../lib/sources/kafka/records/record_batch.ts";
import { readBatches } from "./record_reading.ts";
import type { Value } from "./kafka_messages.ts";
import type { TestTopic } from "./kafka.ts";

/** What was fetched of partition 0. */
export interface Fetched {
  values: Value[];
  /** Of each batch; "none" where it is not compressed. */
  codecs: string[];
}

/** Bytes that are asked for: all that a test sends. */
const MOST_BYTES = 100_000_000;
const FETCH = 1;
const VERSION = 11;

/** Reads partition 0 from its beginning to its end, by one fetch for all that is there each time. */
export async function fetchAll({ brokers, topic }: Pick<TestTopic, "brokers" | "topic">): Promise<
  Fetched
> {
  const values: Value[] = [];
  const codecs: string[] = [];
  for (let from = 0;;) {
    const answer = await decodeFetch(await ask(brokers, fetchRequest(topic, from)), VERSION);
    const [carrier] = answer.responses[0]!.partitions[0]!.messages;
    if (carrier === undefined) return { values, codecs };
    const { records } = carrier;
    const { messages, next, corrupt } = await readBatches(records.bytes, { ...records, from });
    if (corrupt !== undefined) throw corrupt;
    for (const borders of wholeBatches(records.bytes)) {
      codecs.push(readHeader(records.bytes, borders).codec ?? "none");
    }
    values.push(...messages.map(({ value }) => value));
    from = next;
  }
}

/** The payload of the broker's answer. */
function ask(brokers: string, request: Uint8Array): Promise<Buffer> {
  const [hostname, port] = brokers.split(":") as [string, string];
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = net.connect(Number(port), hostname, () => socket.write(request));
  const chunks: Buffer[] = [];
  socket.on("error", reject);
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    const all = Buffer.concat(chunks);
    // Its length and the number of the request come first.
    if (all.length < 4 || all.length < 4 + all.readInt32BE(0)) return;
    socket.destroy();
    resolve(all.subarray(8));
  });
  return promise;
}

function fetchRequest(topic: string, offset: number): Buffer {
  const name = Buffer.from(topic);
  const parts = Buffer.alloc(200 + name.length);
  let at = 4;
  const int16 = (value: number) => at = parts.writeInt16BE(value, at);
  const int32 = (value: number) => at = parts.writeInt32BE(value, at);
  const string = (value: Buffer) => {
    int16(value.length);
    at += value.copy(parts, at);
  };
  int16(FETCH);
  int16(VERSION);
  int32(1);
  string(Buffer.from("finpipe-test"));
  // Replica, wait, least and most bytes, isolation, session and its epoch.
  for (const value of [-1, 0, 0, MOST_BYTES]) int32(value);
  parts[at++] = 1;
  for (const value of [0, -1, 1]) int32(value);
  string(name);
  // One partition, number 0, of any leader's epoch.
  for (const value of [1, 0, -1]) int32(value);
  for (const value of [offset, -1]) at = parts.writeBigInt64BE(BigInt(value), at);
  int32(MOST_BYTES);
  // No topics to forget, no rack.
  int32(0);
  int16(0);
  parts.writeInt32BE(at - 4, 0);
  return parts.subarray(0, at);
}
