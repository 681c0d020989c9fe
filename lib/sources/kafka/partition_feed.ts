/**
 * A topic partition as a {@link Source}: what the consumer pushes is given out in batches by rows,
 * bytes and linger. Pushing waits while enough is held, which is the back pressure.
 */
import { createHash } from "node:crypto";
import { BatchBuilder } from "../batch_builder.ts";
import {
  type BatchLimits,
  type MessageBatch,
  NULL_VALUE,
  type Oversized,
  type Source,
} from "../source.ts";

/** A message as the consumer has it; a null value is a message too. */
export interface FedMessage {
  offset: string;
  value: Uint8Array | null;
  /** Kafka's time of it, in epoch milliseconds. */
  timestamp: string;
}

/** Bytes that are kept of a message that is too large. */
const HEAD_BYTES = 64 * 1024;
/** Sealed batches that wait; one more than the one that is being decoded. */
const MOST_READY = 0;

export class PartitionFeed implements Source {
  /** The offset that is expected next. */
  next: number;
  readonly #limits: BatchLimits;
  readonly #builder = new BatchBuilder();
  readonly #ready: MessageBatch[] = [];
  /** The offset up to which batches were sealed. */
  #sealedNext: number;
  /** Time of the first message of each batch that is not committed; the last one is being built. */
  readonly #times: { next: number; time: number }[] = [];
  #firstTime: number | undefined;
  /** The offset after what is being pushed. */
  #pushing = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Called when something changed that somebody may wait for. */
  readonly #waiting = new Set<() => void>();

  /** @param start the first offset that it will be given */
  constructor(start: number, limits: BatchLimits) {
    this.next = this.#sealedNext = start;
    this.#limits = limits;
  }

  /** Bytes that are held and not given out yet. */
  get heldBytes(): number {
    return this.#builder.fill + this.#ready.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** The offset after all that was fetched, also what waits to be taken. */
  get fetched(): number {
    return Math.max(this.next, this.#pushing);
  }

  /** Kafka's time of the oldest message that was taken and is not committed, in milliseconds. */
  get oldestTime(): number | undefined {
    return this.#times[0]?.time ?? this.#firstTime;
  }

  /** Forgets the times of what was committed. */
  committed(position: number): void {
    while (this.#times.length > 0 && this.#times[0]!.next <= position) this.#times.shift();
  }

  /**
   * Takes messages, waiting while enough is held. Resolves early when the feed is closed or `gone` is
   * aborted: the rest is not taken then.
   *
   * @param next the offset after them, which also those that carry no message have passed
   */
  async push(messages: readonly FedMessage[], next: number, gone?: AbortSignal): Promise<void> {
    const wake = () => this.#announce();
    gone?.addEventListener("abort", wake);
    this.#pushing = next;
    try {
      for (const message of messages) {
        while (this.#isFull && !gone?.aborted) await this.#change();
        if (this.#closed || gone?.aborted) return;
        this.#take(message);
      }
      this.next = Math.max(this.next, next);
    } finally {
      this.#pushing = 0;
      gone?.removeEventListener("abort", wake);
      this.#arm();
    }
  }

  /** Gives out what is held without waiting for the linger. */
  flush(): void {
    if (this.next > this.#sealedNext) this.#seal();
  }

  /** Ends the batches after those that are held. */
  close(): void {
    this.flush();
    this.#closed = true;
    this.#announce();
  }

  async *batches(
    _limits: BatchLimits,
    signal: AbortSignal,
  ): AsyncGenerator<MessageBatch, void, void> {
    const stop = () => this.close();
    signal.addEventListener("abort", stop);
    try {
      for (;;) {
        const batch = this.#ready.shift();
        if (batch !== undefined) {
          this.#announce();
          yield batch;
        } else if (this.#closed) return;
        else await this.#change();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.close();
    }
  }

  get #isFull(): boolean {
    return this.#ready.length > MOST_READY && !this.#closed;
  }

  #take({ offset, value, timestamp }: FedMessage): void {
    const builder = this.#builder;
    this.#firstTime ??= Number(timestamp);
    const position = Number(offset);
    if (value === null) builder.add(NULL_VALUE, NULL_VALUE, position);
    else if (value.length > this.#limits.maxMessageBytes) {
      builder.addOversized(oversized(value), position);
    } else {
      const start = builder.fill;
      builder.append(value);
      builder.add(start, builder.fill, position);
    }
    this.next = position + 1;
    const bytes = builder.fill + builder.headBytes;
    if (builder.count >= this.#limits.rows || bytes >= this.#limits.bytes) this.#seal();
  }

  #seal(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ready.push(
      this.#builder.seal(this.#builder.fill, {
        next: this.next,
        digest: null,
        unterminated: false,
      }),
    );
    if (this.#firstTime !== undefined) {
      this.#times.push({ next: this.next, time: this.#firstTime });
    }
    this.#firstTime = undefined;
    this.#sealedNext = this.next;
    this.#announce();
  }

  /** The linger runs from the first message, or offset without one, that is held. */
  #arm(): void {
    if (this.#timer !== undefined || this.#closed || this.next === this.#sealedNext) return;
    this.#timer = setTimeout(() => this.flush(), this.#limits.linger);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #announce(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

function oversized(value: Uint8Array): Oversized {
  return {
    head: value.slice(0, HEAD_BYTES),
    length: value.length,
    sha256: createHash("sha256").update(value).digest("hex"),
  };
}
