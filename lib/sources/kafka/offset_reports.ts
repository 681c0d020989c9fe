/** Telling Kafka how far was committed, for the usual lag tools alone: it is never read back. */
import type { Consumer } from "kafkajs";
import type { Logger } from "../../runtime/log.ts";

/** One request at a time, each with all that is new: in an outage they must not pile up. */
export class OffsetReports {
  readonly #consumer: Pick<Consumer, "commitOffsets">;
  readonly #topic: string;
  readonly #log: Logger;
  /** The newest positions, of what the group gave us. */
  readonly #positions = new Map<number, number>();
  /** Positions that Kafka was not told of yet. */
  readonly #untold = new Map<number, number>();
  /** The group was joined, and nothing told since. */
  #isDue = false;
  #telling: Promise<void> | undefined;

  constructor(consumer: Pick<Consumer, "commitOffsets">, topic: string, log: Logger) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#log = log;
  }

  /** Tells it soon. */
  add(partition: number, position: number): void {
    this.#positions.set(partition, position);
    this.#untold.set(partition, position);
    this.#begin();
  }

  /** The group gave us these partitions: of the others their new members tell. */
  assigned(partitions: readonly number[]): void {
    for (const partition of [...this.#positions.keys()]) {
      if (partitions.includes(partition)) continue;
      this.#positions.delete(partition);
      this.#untold.delete(partition);
    }
    this.#isDue = true;
  }

  /**
   * To be called as a fetch begins: kafkajs takes offsets again. What it took around the join it may
   * have dropped without a word, and of a topic that lies still there is no next commit to mend that.
   */
  fetching(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    for (const [partition, position] of this.#positions) this.#untold.set(partition, position);
    this.#begin();
  }

  /** Resolves when Kafka was told of all, or did not take it. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  #begin(): void {
    if (this.#untold.size > 0) this.#telling ??= this.#tell();
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
        // In a rebalance: the next commit tells, or the join that follows.
        this.#log.debug("Kafka did not take offsets", { error: String(error) });
      }
    }
    this.#telling = undefined;
  }
}
