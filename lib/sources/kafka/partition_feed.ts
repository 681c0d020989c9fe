/**
 * A topic partition as a source: what was fetched is read into batches by rows, bytes and
 * linger. Reading waits while enough is held, which is the back pressure.
 */
import { BatchBuilder } from "../batch_builder.ts";
import { LongLine, oversizedOf } from "../long_line.ts";
import { type BatchLimits, type MessageBatch, NULL_VALUE } from "../source.ts";
import type { PartitionFeed } from "../topic/topic.ts";
import { type FetchedRecords, readFetched, type RecordSink } from "./records/read_fetched.ts";

/** Sealed batches that wait; one more than the one that is being decoded. */
const MOST_READY = 0;

/** A batch, which is given out once what it was fetched with was found to be what it should be. */
interface Ready {
  batch: MessageBatch;
  checked: Promise<boolean>;
}

const NOTHING: Uint8Array = new Uint8Array();
const CHECKED = Promise.resolve(true);
/** Bytes between two messages up to which they are copied together, which is faster than one by one. */
const MOST_BETWEEN = 128;

export class KafkaFeed implements PartitionFeed {
  /** The offset that is expected next. */
  next: number;
  /** What is held is given out without waiting for the linger once all before it was taken. */
  flushAt = Infinity;
  readonly #limits: BatchLimits;
  readonly #builder = new BatchBuilder();
  readonly #ready: Ready[] = [];
  /** Resolves when all that was pushed is checked: a batch may hold messages of several answers. */
  #checked = CHECKED;
  /** The offset up to which batches were sealed. */
  #sealedNext: number;
  /** Time of the first message of each batch that is not committed; the last one is being built. */
  readonly #times: { next: number; time: number }[] = [];
  #firstTime: number | undefined;
  /** Where messages lie side by side that the builder knows already, except for their bytes. */
  readonly #run = { bytes: NOTHING, from: 0, to: 0 };
  /** Something that was fetched is being taken. */
  isTaking = false;
  /** Bytes of a message that comes in pieces which are in the builder. */
  #begun = 0;
  /** A message that comes in pieces and is too large to be held. */
  #long: LongLine | undefined;
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
    return this.#fill + this.#ready.reduce((sum, { batch }) => sum + batch.bytes.length, 0);
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
   * Takes the messages of an answer that was fetched from `next` on, waiting while enough is held.
   * Resolves early when the feed is closed or `gone` is aborted: the rest is not taken then.
   *
   * @param checked nothing of this answer is given out before it resolves; where it is false neither is
   * what is pushed later, and the batches end. It never rejects
   * @throws CorruptBatch when all before it was taken
   */
  async push(
    fetched: FetchedRecords,
    gone?: AbortSignal,
    checked: Promise<boolean> = CHECKED,
  ): Promise<void> {
    const wake = () => this.#announce();
    if (checked !== CHECKED) this.#checked = bothOf(this.#checked, checked);
    gone?.addEventListener("abort", wake);
    this.isTaking = true;
    try {
      await readFetched(fetched, this.#sinkOf(gone));
    } finally {
      this.isTaking = false;
      gone?.removeEventListener("abort", wake);
      if (this.next >= this.flushAt) this.flush();
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
        const ready = this.#ready.shift();
        if (ready !== undefined) {
          this.#announce();
          if (!await ready.checked) return;
          yield ready.batch;
        } else if (this.#closed) return;
        else await this.#change();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.close();
    }
  }

  #sinkOf(gone?: AbortSignal): RecordSink {
    // deno-lint-ignore no-this-alias
    const feed = this;
    const isOver = () => feed.#closed || gone?.aborted === true;
    return {
      get next() {
        return feed.next;
      },
      get isFull() {
        return feed.#ready.length > MOST_READY || isOver();
      },
      async room() {
        while (feed.#ready.length > MOST_READY && !isOver()) await feed.#change();
        return !isOver();
      },
      settle: () => feed.#settle(),
      add: (bytes, from, to, offset, time) => feed.#add(bytes, from, to, offset, time),
      addNull(offset, time) {
        feed.#builder.add(NULL_VALUE, NULL_VALUE, offset);
        feed.#taken(offset, time);
      },
      begin: (length) => feed.#begin(length),
      piece: (bytes, from, to) => feed.#piece(bytes.subarray(from, to)),
      finish: (offset, time) => feed.#finish(offset, time),
      passed: (next) => feed.next = next,
    };
  }

  #add(bytes: Uint8Array, from: number, to: number, offset: number, time: number): void {
    const builder = this.#builder;
    if (to - from > this.#limits.maxMessageBytes) {
      builder.addOversized(oversizedOf(bytes.subarray(from, to)), offset);
    } else {
      const run = this.#run;
      if (bytes !== run.bytes || from < run.to || from - run.to > MOST_BETWEEN) {
        this.#settle();
        run.bytes = bytes;
        run.from = from;
      }
      run.to = to;
      const start = builder.fill + from - run.from;
      builder.add(start, start + to - from, offset);
    }
    this.#taken(offset, time);
  }

  /** Bytes of the messages that are in the builder. */
  get #fill(): number {
    return this.#builder.fill + this.#run.to - this.#run.from;
  }

  #settle(): void {
    const run = this.#run;
    if (run.bytes === NOTHING) return;
    this.#builder.append(run.bytes.subarray(run.from, run.to));
    run.bytes = NOTHING;
    run.from = run.to = 0;
  }

  #begin(length: number): void {
    if (length > this.#limits.maxMessageBytes) this.#long = new LongLine();
  }

  #piece(piece: Uint8Array): void {
    if (this.#long !== undefined) return this.#long.push(piece);
    this.#builder.append(piece);
    this.#begun += piece.length;
  }

  #finish(offset: number, time: number): void {
    const builder = this.#builder;
    if (this.#long === undefined) builder.add(builder.fill - this.#begun, builder.fill, offset);
    else builder.addOversized(this.#long.finish(false), offset);
    this.#long = undefined;
    this.#begun = 0;
    this.#taken(offset, time);
  }

  /** A message is in the builder. */
  #taken(offset: number, time: number): void {
    const builder = this.#builder;
    this.#firstTime ??= time;
    this.next = offset + 1;
    const bytes = this.#fill + builder.headBytes;
    if (builder.count >= this.#limits.rows || bytes >= this.#limits.bytes) this.#seal();
  }

  #seal(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settle();
    // The pieces so far of an unfinished message move on into the next batch.
    const batch = this.#builder.seal(this.#builder.fill - this.#begun, {
      next: this.next,
      digest: null,
      unterminated: false,
    });
    this.#ready.push({ batch, checked: this.#checked });
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

async function bothOf(before: Promise<boolean>, checked: Promise<boolean>): Promise<boolean> {
  return await before && await checked;
}
