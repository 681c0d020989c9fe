import type { Buffer } from "node:buffer";

/** What kafkajs 2.2.4 writes requests with (`kafkajs/src/protocol/encoder.js`). */
export default class Encoder {
  readonly buffer: Buffer;
  writeBuffer(bytes: Buffer): this;
}
