/**
 * Which transactions of an answer were aborted, as Kafka's own consumer knows it (CompletedFetch.java):
 * one begins at its first offset and ends with its producer's marker, whatever other producers do.
 */

/** As the broker tells it with the records. */
export interface AbortedTransaction {
  producerId: bigint;
  /** Of the transaction's first message. */
  firstOffset: number;
}

export class AbortedTransactions {
  /** Those that have not begun, the next one last. */
  readonly #ahead: AbortedTransaction[];
  /** Producers that are within one. */
  readonly #producers = new Set<bigint>();

  /** @param aborted in any order */
  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Has all begin whose first message is at or before the offset. */
  beginUpTo(offset: number): void {
    for (
      let next = this.#ahead.at(-1);
      next !== undefined && next.firstOffset <= offset;
      next = this.#ahead.at(-1)
    ) {
      this.#producers.add(next.producerId);
      this.#ahead.pop();
    }
  }

  /** The producer's transaction has ended. */
  end(producerId: bigint): void {
    this.#producers.delete(producerId);
  }

  /** True where what the producer has sent now is part of one. */
  has(producerId: bigint): boolean {
    return this.#producers.has(producerId);
  }
}
