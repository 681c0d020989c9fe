/** What a compression codec is to kafkajs, and the error of a batch that cannot be unpacked. */
import type { Buffer } from "node:buffer";
import { FinpipeError } from "../../runtime/errors.ts";

/** A codec as kafkajs calls it, once a batch of records. */
export interface Codec {
  /** @param records the batch's records; kafkajs hands over its encoder */
  compress(records: { buffer: Buffer }): Promise<Buffer>;
  /** @throws CorruptFrame */
  decompress(frame: Buffer): Promise<Buffer>;
}

/** A batch whose compressed records are damaged. */
export class CorruptFrame extends FinpipeError {
  /** Tells kafkajs not to fetch the same bytes for ever. */
  readonly retriable = false;

  /**
   * @param codec as Kafka names it
   * @param reason part of the message, not a cause: kafkajs puts a cause in place of its error
   */
  constructor(codec: string, reason: string) {
    super(
      "data",
      `Cannot unpack a batch of Kafka messages: its ${codec} frame is corrupt: ${reason}`,
      {
        hint: "Check the topic with kafka-dump-log.sh on the broker; to go on after the batch, " +
          "pass it with --from PARTITION:OFFSET",
      },
    );
  }
}

/** Runs `unpack`; whatever it throws becomes a {@link CorruptFrame}. */
export function unpacking(codec: string, unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    if (error instanceof CorruptFrame) throw error;
    throw new CorruptFrame(codec, error instanceof Error ? error.message : String(error));
  }
}
