/** Batches to and from a broker as they are: without a client that makes or reads them, and without a group. */
import { Buffer } from "node:buffer";
import net from "node:net";
import { decodeFetch, type PartitionAnswer } from "../../../../lib/sources/kafka/fetch_answer.ts";
import { readHeader, wholeBatches } from "../../../../lib/sources/kafka/records/record_batch.ts";
import type { TestTopic } from "../topics.ts";
import type { Value } from "../messages.ts";
import { readBatches } from "./reading.ts";
import { int16, int32, int64 } from "./numbers.ts";

type Place = Pick<TestTopic, "brokers" | "topic">;

/** What was fetched of partition 0. */
export interface Fetched {
  values: Value[];
  /** Of each batch; "none" where it is not compressed. */
  codecs: string[];
  /** Records of each batch. */
  counts: number[];
}

/** Numbers of the protocol (Kafka documentation, "The Messages"). */
const PRODUCE = { key: 0, version: 7 };
const FETCH = { key: 1, version: 11 };
/** Bytes that are asked for: all that a test sends. */
const MOST_BYTES = 100_000_000;
/** Milliseconds within which a broker has to have a batch. */
const PRODUCE_TIMEOUT = 30_000;

/** Reads partition 0 from its beginning to its end, by one fetch for all that is there each time. */
export async function fetchAll({ brokers, topic }: Place): Promise<Fetched> {
  const fetched: Fetched = { values: [], codecs: [], counts: [] };
  for (let from = 0;;) {
    const [carrier] = (await fetchPartition({ brokers, topic }, from)).messages;
    if (carrier === undefined || carrier.records.bytes.length === 0) return fetched;
    const { records } = carrier;
    const { messages, next, corrupt } = await readBatches(records.bytes, { ...records, from });
    if (corrupt !== undefined) throw corrupt;
    for (const borders of wholeBatches(records.bytes)) {
      const { codec, count } = readHeader(records.bytes, borders);
      fetched.codecs.push(codec ?? "none");
      fetched.counts.push(count);
    }
    fetched.values.push(...messages.map(({ value }) => value));
    from = next;
  }
}

/** The answer to one fetch of partition 0. */
export async function fetchPartition(
  { brokers, topic }: Place,
  from: number,
): Promise<PartitionAnswer> {
  const payload = await ask(brokers, fetchRequest(topic, from));
  return (await decodeFetch(payload, FETCH.version)).responses[0]!.partitions[0]!;
}

/**
 * Sends a batch to partition 0; its first offset there.
 *
 * @throws Error where the broker does not take it
 */
export async function produceBatch({ brokers, topic }: Place, batch: Uint8Array): Promise<number> {
  const answer = await ask(brokers, produceRequest(topic, batch));
  // The topic's name, in an array of one, is before the partition's number.
  const at = 4 + 2 + answer.readInt16BE(4) + 4 + 4;
  const error = answer.readInt16BE(at);
  if (error !== 0) throw new Error(`The broker refuses the batch: error ${error}`);
  return Number(answer.readBigInt64BE(at + 2));
}

/** The payload of the broker's answer. */
function ask(brokers: string, request: Uint8Array): Promise<Buffer> {
  const [hostname, port] = brokers.split(":") as [string, string];
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = net.connect(Number(port), hostname, () => socket.write(request));
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("The broker closed the connection")));
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    // Its length and the number of the request come first.
    const first = chunks[0]!.length < 4 ? Buffer.concat(chunks) : chunks[0]!;
    if (length < 4 || length < 4 + first.readInt32BE(0)) return;
    resolve(Buffer.concat(chunks).subarray(8));
    socket.destroy();
  });
  return promise;
}

function fetchRequest(topic: string, offset: number): Buffer {
  return requestOf(FETCH, [
    // Replica, wait, least and most bytes.
    ...[-1, 0, 0, MOST_BYTES].map(int32),
    // Committed messages; no session.
    Buffer.from([1]),
    int32(0),
    int32(-1),
    int32(1),
    string(topic),
    int32(1),
    int32(0),
    // Any leader's epoch, and no log start: we are no replica.
    int32(-1),
    int64(BigInt(offset)),
    int64(-1n),
    int32(MOST_BYTES),
    // No topics to forget, no rack.
    int32(0),
    int16(0),
  ]);
}

function produceRequest(topic: string, batch: Uint8Array): Buffer {
  return requestOf(PRODUCE, [
    // No transaction, all replicas.
    int16(-1),
    int16(-1),
    int32(PRODUCE_TIMEOUT),
    int32(1),
    string(topic),
    int32(1),
    int32(0),
    int32(batch.length),
    batch,
  ]);
}

function requestOf({ key, version }: { key: number; version: number }, body: Uint8Array[]): Buffer {
  const header = [int16(key), int16(version), int32(1), string("finpipe-test")];
  const request = Buffer.concat([...header, ...body]);
  return Buffer.concat([int32(request.length), request]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([int16(bytes.length), bytes]);
}
