/**
 * Watches how much of what is read is rejected: says so while it goes on, and stops where it is too
 * much (docs/operations.md, "A poison message").
 */
import { type ErrorDetails, FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { counted } from "../runtime/words.ts";
import type { Commit } from "./partition_lander.ts";

/** The first warning waits for more of the same: what ends by then is told in its last line. */
const FIRST_WARNING = 1000;
const BETWEEN_WARNINGS = 60_000;
/** Messages, at least, of which the share is looked at. */
const SHARE_OF = 1000;

/** More was rejected than is to pass. */
export class TooManyRejected extends FinpipeError {
  constructor(message: string, details: ErrorDetails) {
    super("data", message, details);
  }
}

export interface RejectedWatchOptions {
  log: Pick<Logger, "warn">;
  /** The greatest share, from 0 to 1, that is no failure; undefined: any. */
  maxShare: number | undefined;
}

/** Messages that were read, and those of them that were rejected. */
interface Share {
  read: number;
  rejected: number;
}

export class RejectedWatch implements Disposable {
  readonly #options: RejectedWatchOptions;
  /** By reason, in all and since the last warning. */
  readonly #all = new Map<string, number>();
  #untold = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #warned = false;
  readonly #run: Share = { read: 0, rejected: 0 };
  #lately: Share = { read: 0, rejected: 0 };

  constructor(options: RejectedWatchOptions) {
    this.#options = options;
  }

  /**
   * Counts what a commit added.
   *
   * @throws FinpipeError of kind `data` where the share is exceeded by the last 1,000 messages or
   * more; they are committed
   */
  count({ transactions, currencies, duplicates, rejected, reasons }: Commit): void {
    const read = transactions + currencies + duplicates + rejected;
    for (const share of [this.#run, this.#lately]) {
      share.read += read;
      share.rejected += rejected;
    }
    if (rejected > 0) {
      add(this.#all, reasons);
      add(this.#untold, reasons);
      this.#timer ??= setTimeout(
        () => this.#warn(),
        this.#warned ? BETWEEN_WARNINGS : FIRST_WARNING,
      );
    }
    if (this.#lately.read < SHARE_OF) return;
    const lately = this.#lately;
    this.#lately = { read: 0, rejected: 0 };
    this.#check(lately);
  }

  /**
   * Says what was rejected in all.
   *
   * @param reachedEnd all that there was is read, so that its share can be told however little it is
   * @throws FinpipeError of kind `data` where the share of all messages is exceeded
   */
  end(reachedEnd: boolean): void {
    this[Symbol.dispose]();
    if (this.#run.rejected > 0) this.#tell(this.#all);
    if (reachedEnd) this.#check(this.#run);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #warn(): void {
    this.#timer = undefined;
    this.#warned = true;
    this.#tell(this.#untold);
    this.#untold = new Map();
  }

  #tell(reasons: ReadonlyMap<string, number>): void {
    const messages = [...reasons.values()].reduce((sum, count) => sum + count, 0);
    this.#options.log.warn(
      `Rejected ${counted(messages, "message")}: 'finpipe rejected list' shows them`,
      Object.fromEntries(reasons),
    );
  }

  #check({ read, rejected }: Share): void {
    const { maxShare } = this.#options;
    if (maxShare === undefined || rejected <= maxShare * read) return;
    throw new TooManyRejected(
      `Rejected ${rejected} of ${
        counted(read, "message")
      }, more than the share of ${maxShare} that ` +
        "--max-rejected-share lets pass",
      {
        hint: "They are kept: 'finpipe rejected list' shows them. Mend what sends them",
      },
    );
  }
}

function add(to: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [reason, count] of counts) to.set(reason, (to.get(reason) ?? 0) + count);
}
