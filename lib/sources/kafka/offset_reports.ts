/** Telling Kafka how far was committed, for the usual lag tools alone: it is never read back. */
import type { Consumer } from "kafkajs";
import type { Logger } from "../../runtime/log.ts";

/** One request at a time, each with all that is new: in an outage they must not pile up. */
export class OffsetReports {
  readonly #consumer: Pick<Consumer, "commitOffsets">;
  readonly #topic: string;
  readonly #log: Logger;
  /** Positions that Kafka was not told of yet. */
  readonly #untold = new Map<number, number>();
  #telling: Promise<void> | undefined;

  constructor(consumer: Pick<Consumer, "commitOffsets">, topic: string, log: Logger) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#log = log;
  }

  /** Tells it soon. */
  add(partition: number, position: number): void {
    this.#untold.set(partition, position);
    this.#telling ??= this.#tell();
  }

  /** Resolves when Kafka was told of all, or did not take it. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  async #tell(): Promise<void> {
    while (this.#untold.size > 0) {
      const offsets = [...this.#untold].map(([partition, position]) => ({
        topic: this.#topic,
        partition,
        offset: String(position),
      }));
      this.#untold.clear();
      try {
        await this.#consumer.commitOffsets(offsets);
      } catch (error) {
        // In a rebalance: the next commit tells.
        this.#log.debug("Kafka did not take offsets", { error: String(error) });
      }
    }
    this.#telling = undefined;
  }
}
