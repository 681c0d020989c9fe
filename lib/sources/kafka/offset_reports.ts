/**
 * Reports the committed positions to Kafka, only for the usual lag tools: finpipe never reads them
 * back.
 */
import type { Consumer } from "kafkajs";
import type { Logger } from "../../runtime/log.ts";

/** One request at a time, each with all that is new: in an outage they must not pile up. */
export class OffsetReports {
  readonly #consumer: Pick<Consumer, "commitOffsets">;
  readonly #topic: string;
  readonly #log: Logger;
  /** The newest positions of the partitions that this member has. */
  readonly #positions = new Map<number, number>();
  /** Positions that were not sent to Kafka yet. */
  readonly #untold = new Map<number, number>();
  /** The member has joined, and has sent nothing since. */
  #isDue = false;
  #telling: Promise<void> | undefined;

  constructor(consumer: Pick<Consumer, "commitOffsets">, topic: string, log: Logger) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#log = log;
  }

  /** Sends the position soon. */
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
   * Call this when a fetch begins: from then on kafkajs accepts offsets again. It may have dropped
   * those sent around the join without an error, and an idle topic has no later commit to make up
   * for that.
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
        this.#log.debug("Kafka did not accept offsets", { error: String(error) });
      }
    }
    this.#telling = undefined;
  }
}
