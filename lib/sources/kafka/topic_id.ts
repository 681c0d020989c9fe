/**
 * The id of a topic, which differs from that of another topic with the same name (KIP-516). Brokers
 * tell it since Kafka 2.8 in Metadata of version 10, which kafkajs 2.2.4 does not speak.
 *
 * Version 10 (Kafka protocol guide, "Metadata API") is a flexible one: lengths are unsigned varints
 * of one more, 0 is null, and each structure ends with tagged fields, of which we send and need
 * none.
 */
import { Buffer } from "node:buffer";
// @ts-types="./kafkajs_encoder.d.ts"
import Encoder from "kafkajs/src/protocol/encoder.js";
import type { Broker, ProtocolRequest } from "./cluster.ts";

const METADATA = 3;
const VERSION = 10;
/** UNKNOWN_TOPIC_OR_PARTITION (Kafka documentation, "Error codes"). */
const UNKNOWN_TOPIC = 3;
const ID_BYTES = 16;
const NO_ID = Buffer.alloc(ID_BYTES);

/**
 * The id of a topic as one broker knows it, written as Kafka's own tools do; undefined where the
 * broker is older than ids, or knows no such topic, or may not tell.
 */
export async function topicIdOf(broker: Broker, topic: string): Promise<string | undefined> {
  if ((broker.versions[METADATA]?.maxVersion ?? 0) < VERSION) return undefined;
  return await broker.connectionPool.send(topicIdRequest(topic));
}

/** The request for one topic, and the reader of its answer. */
export function topicIdRequest(topic: string): ProtocolRequest<string | undefined> {
  return {
    request: {
      apiKey: METADATA,
      apiVersion: VERSION,
      apiName: "Metadata",
      encode: () => Promise.resolve(new Encoder().writeBuffer(encode(topic))),
    },
    response: {
      decode: (payload) => Promise.resolve(readTopicId(payload)),
      parse: (id) => Promise.resolve(id as string | undefined),
    },
  };
}

function encode(topic: string): Buffer {
  const name = Buffer.from(topic);
  return Buffer.concat([
    // The header's tagged fields, which kafkajs does not know of; one topic, named by its name.
    Buffer.from([0, 2]),
    NO_ID,
    varint(name.length + 1),
    name,
    // No fields; create nothing; no rights of the cluster, none of the topic; no fields.
    Buffer.from([0, 0, 0, 0, 0]),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push(value & 0x7f | 0x80);
  return Buffer.from([...bytes, value]);
}

/**
 * Reads the answer as far as the id of the one topic in it.
 *
 * @throws RangeError where it breaks off
 */
export function readTopicId(payload: Buffer): string | undefined {
  const answer = new FlexibleReader(payload);
  answer.fields();
  answer.skip(4); // throttled for
  for (let brokers = answer.length(); brokers > 0; brokers--) {
    answer.skip(4); // number
    answer.skip(answer.length()); // host
    answer.skip(4); // port
    answer.skip(answer.length()); // rack
    answer.fields();
  }
  answer.skip(answer.length()); // id of the cluster
  answer.skip(4); // controller
  if (answer.length() === 0) return undefined;
  const error = answer.skip(2).readInt16BE();
  answer.skip(answer.length()); // name
  const id = answer.skip(ID_BYTES);
  return error === UNKNOWN_TOPIC || id.equals(NO_ID) ? undefined : id.toString("base64url");
}

class FlexibleReader {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  /** The next bytes, which are passed over. */
  skip(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.bytes.length) throw new RangeError("Kafka's answer breaks off");
    const skipped = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return skipped;
  }

  /** Of a string or an array; 0 for null. */
  length(): number {
    return Math.max(0, this.#varint() - 1);
  }

  /** Passes over tagged fields. */
  fields(): void {
    for (let count = this.#varint(); count > 0; count--) {
      this.#varint();
      this.skip(this.#varint());
    }
  }

  #varint(): number {
    let value = 0;
    for (let shift = 1; shift <= 2 ** 28; shift *= 128) {
      const byte = this.skip(1)[0]!;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("A number in Kafka's answer has no end");
  }
}
