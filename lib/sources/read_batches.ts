/** Drives a {@link LineCutter} with the bytes of a source: waiting, lingering, stopping. */
import type { LineCutter } from "./line_cutter.ts";
import type { MessageBatch } from "./source.ts";

/**
 * The bytes of a source in order. A chunk is valid until the next one is asked for. Where a read may
 * wait for long, it ends when `stop` is aborted.
 */
export type Chunks = AsyncGenerator<Uint8Array, void, void>;

/** What a batch is made of. */
export interface ReadOptions {
  open: (stop: AbortSignal) => Chunks;
  cutter: LineCutter;
  /** Milliseconds that the first message of a batch waits for others. */
  linger: number;
  /** Ends the batches. */
  signal: AbortSignal;
  /**
   * Whether the whole lines that were read before that are given out: of a source that gives them
   * only once. Of another they are dropped, and read again.
   */
  drains: boolean;
}

/**
 * The batches of a source until its end or until `signal` is aborted.
 *
 * An error of the source is thrown after the whole lines before it were given out.
 */
export async function* readBatches(
  { open, cutter, linger, signal, drains }: ReadOptions,
): AsyncGenerator<MessageBatch, void, void> {
  // A consumer that goes away while a read waits must end that read as well.
  const gone = new AbortController();
  const chunks = open(AbortSignal.any([signal, gone.signal]));
  const timer = new LingerTimer(linger);
  let reading: Promise<Outcome> | undefined;
  try {
    while (!signal.aborted) {
      reading ??= outcomeOf(chunks.next());
      const outcome =
        await (cutter.count === 0 ? reading : Promise.race([reading, timer.elapsed()]));
      if (signal.aborted) break;
      if (outcome === "lingered") {
        timer.cancel();
        const batch = cutter.take();
        if (batch !== undefined) yield batch;
      } else if ("chunk" in outcome) {
        reading = undefined;
        for (const batch of cutter.cut(outcome.chunk)) {
          timer.cancel();
          yield batch;
          if (signal.aborted && !drains) return;
        }
      } else {
        return yield* rest(cutter, outcome, signal);
      }
    }
    if (drains) yield* readBefore(cutter, await reading);
  } finally {
    timer.cancel();
    gone.abort();
    await chunks.return();
  }
}

/** What is left when the source ended, well or not. */
function* rest(cutter: LineCutter, ending: Ending, signal: AbortSignal) {
  const whole = cutter.take();
  if (whole !== undefined) yield whole;
  if (signal.aborted) return;
  if ("error" in ending) throw ending.error;
  const last = cutter.finish();
  if (last !== undefined) yield last;
}

/** What is left of what was read before the stop; a chunk may have come with it. */
function* readBefore(cutter: LineCutter, outcome: Outcome | undefined) {
  if (outcome !== undefined && "chunk" in outcome) yield* cutter.cut(outcome.chunk);
  const whole = cutter.take();
  if (whole !== undefined) yield whole;
}

type Ending = { error: unknown } | { end: true };
type Outcome = { chunk: Uint8Array } | Ending;

/** Never rejects: the error may be looked at long after it happened. */
function outcomeOf(next: Promise<IteratorResult<Uint8Array, void>>): Promise<Outcome> {
  return next.then(
    ({ done, value }) => done ? { end: true } : { chunk: value },
    (error) => ({ error }),
  );
}

/** Runs from the first wait of a batch that holds a message. */
class LingerTimer {
  readonly #milliseconds: number;
  #id: ReturnType<typeof setTimeout> | undefined;
  #elapsed: Promise<"lingered"> | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  elapsed(): Promise<"lingered"> {
    return this.#elapsed ??= new Promise((resolve) => {
      this.#id = setTimeout(resolve, this.#milliseconds, "lingered");
    });
  }

  cancel(): void {
    clearTimeout(this.#id);
    this.#elapsed = undefined;
  }
}
