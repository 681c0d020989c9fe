/**
 * Notices that a stream is stuck: messages wait to be landed, and nothing was committed for longer
 * than the group waits for a silent member. Says what the stream waits for, and who holds it.
 *
 * A finpipe that was stopped in the middle of a transaction (SIGSTOP, a machine that sleeps) keeps
 * its locks for as long as it is stopped; the group has given its partitions to another process by
 * then, and that process ends its session. Nothing is lost: the fence would refuse its commit
 * anyway.
 */
import type { Logger } from "../../runtime/log.ts";
import type { LockHolder } from "../../staging/locks.ts";
import type { StagingRepository } from "../../staging/repository.ts";
import type { StagingSessions } from "../../staging/sessions.ts";

/** Something that waits. */
export interface Waiting {
  partition: number;
  /** Milliseconds since the last commit, or since there is something. */
  for: number;
  /** False while its position is being read and its window rebuilt. */
  isOpen: boolean;
}

export interface StuckWatchContext {
  sessions: StagingSessions;
  /** Opens another session, for a moment. */
  connect(): Promise<StagingRepository>;
  log: Logger;
  /** The partitions that have something to land. */
  waiting(): Iterable<Waiting>;
  /** Why nothing can be landed in staging; undefined while it can. */
  stagingFailure(): string | undefined;
  /** For how many milliseconds Kafka has not answered, and why; undefined while it answers. */
  kafkaSilence(): { for: number; why: string } | undefined;
}

/** What the stream waits for, in few words, as labels of a metric. */
export interface Cause {
  waitsFor: "" | "lock" | "postgresql" | "kafka";
  /** Who holds the lock. */
  holder: string;
}

/** Milliseconds between two looks. */
const LOOK = 500;
/** Milliseconds of work on staging after which to ask whether somebody holds it up. */
const PATIENCE = 2000;
/** Milliseconds between two such questions. */
const ASK_INTERVAL = 5000;
/** Milliseconds between two lines of the log that say the same. */
const QUIET = 60_000;

export class StuckWatch implements Disposable {
  readonly #context: StuckWatchContext;
  readonly #limit: number;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #startedAt = performance.now();
  #hasBegun = false;
  #holders: readonly LockHolder[] = [];
  /** What the holders of locks were doing when last seen, and since when. */
  #seen = new Map<string, number>();
  #askedAt = -Infinity;
  #isAsking = false;
  /** The session that asks. */
  #asking: StagingRepository | undefined;
  #text: string | undefined;
  /** When each cause was last logged. */
  readonly #said = new Map<string, number>();
  #isOver = false;

  /** @param limit milliseconds without a commit after which the stream counts as stuck */
  constructor(context: StuckWatchContext, limit: number) {
    this.#context = context;
    this.#limit = limit;
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  /** What the stream waits for, and for how long; undefined where it is not stuck. */
  get text(): string | undefined {
    return this.#text;
  }

  /** What the current wait is for. */
  get cause(): Cause {
    const { stagingFailure, kafkaSilence, sessions } = this.#context;
    if (this.#holders.length > 0) {
      return { waitsFor: "lock", holder: this.#holders.map(({ name }) => name).join("; ") };
    }
    const isBusy = sessions.busyFor(PATIENCE).length > 0;
    if (isBusy || stagingFailure() !== undefined) return { waitsFor: "postgresql", holder: "" };
    return { waitsFor: kafkaSilence() === undefined ? "" : "kafka", holder: "" };
  }

  /** The start is over: from now on, partitions are what may wait. */
  begun(): void {
    this.#hasBegun = true;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    void this.#asking?.[Symbol.asyncDispose]();
  }

  #look(): void {
    const busy = this.#context.sessions.busyFor(PATIENCE);
    if (busy.length === 0) this.#forget();
    else if (!this.#isAsking && performance.now() - this.#askedAt > this.#askInterval) {
      this.#isAsking = true;
      this.#askedAt = performance.now();
      this.#ask(busy)
        .catch((error) => {
          if (!this.#isOver) {
            this.#context.log.debug("Cannot find out who holds the lock", { error: String(error) });
          }
        })
        .finally(() => this.#isAsking = false);
    }
    this.#say(this.#describe());
  }

  get #askInterval(): number {
    return Math.min(ASK_INTERVAL, this.#limit / 3);
  }

  #forget(): void {
    this.#holders = [];
    this.#seen.clear();
    this.#askedAt = -Infinity;
  }

  async #ask(busy: readonly string[]): Promise<void> {
    const { connect, sessions, log } = this.#context;
    await using asking = await connect();
    if (this.#isOver) return;
    this.#asking = asking;
    try {
      const own = sessions.processes;
      const found = (await asking.locks.holders(busy))
        .filter(({ process }) => !own.includes(process));
      const left: LockHolder[] = [];
      const seen = new Map<string, number>();
      for (const holder of found) {
        seen.set(holder.mark, this.#seen.get(holder.mark) ?? performance.now());
        if (this.#isStale(holder, seen) && await asking.locks.end(holder)) {
          log.warn(
            `Ended ${holder.description}: it was idle inside a transaction, and held a lock ` +
              "that this stream needs",
          );
        } else left.push(holder);
      }
      this.#seen = seen;
      this.#holders = left;
    } finally {
      this.#asking = undefined;
    }
  }

  /**
   * A session of finpipe that has been idle, waiting for its client, for as long as the group
   * waits.
   */
  #isStale(holder: LockHolder, seen: ReadonlyMap<string, number>): boolean {
    if (!holder.isFinpipe || !holder.waitsForClient) return false;
    const stillFor = holder.idleFor ?? performance.now() - seen.get(holder.mark)!;
    return stillFor >= this.#limit;
  }

  #describe(): string | undefined {
    const silence = this.#context.kafkaSilence();
    if (!this.#hasBegun) {
      const elapsed = performance.now() - this.#startedAt;
      if (elapsed < this.#limit) return undefined;
      return `Nothing has landed ${seconds(elapsed)} after the start: ${this.#why()}`;
    }
    const stuck = [...this.#context.waiting()]
      .filter((one) => one.for >= this.#limit)
      .sort((a, b) => b.for - a.for);
    const [first] = stuck;
    if (first === undefined) {
      return silence !== undefined && silence.for >= this.#limit
        ? `Kafka has not answered for ${seconds(silence.for)}: ${silence.why}`
        : undefined;
    }
    const more = stuck.length > 1 ? ` (and ${stuck.length - 1} more)` : "";
    const what = first.isOpen ? "has landed nothing" : "could not be opened";
    return `Partition ${first.partition}${more} ${what} for ${seconds(first.for)}: ${this.#why()}`;
  }

  #why(): string {
    const { stagingFailure, kafkaSilence } = this.#context;
    const root = this.#holders.at(-1);
    if (root !== undefined) {
      const others = this.#holders.slice(0, -1).map(({ name }) => name).join(", ");
      const queue = others === "" ? "" : `; first in line for the lock: ${others}`;
      return `waiting for a lock that is held by ${root.description}${queue}`;
    }
    const failure = stagingFailure() ?? kafkaSilence()?.why;
    if (failure !== undefined) return failure;
    return this.cause.waitsFor === "postgresql"
      ? "PostgreSQL is still working on it"
      : "Kafka sends nothing";
  }

  /** Logs a text, each cause at most once a minute. */
  #say(text: string | undefined): void {
    const { log } = this.#context;
    if (text === undefined && this.#text !== undefined) log.info("Landing continues");
    this.#text = text;
    if (text === undefined) return;
    const { waitsFor, holder } = this.cause;
    const cause = `${waitsFor} ${holder}`;
    const now = performance.now();
    if (now - (this.#said.get(cause) ?? -Infinity) < QUIET) return;
    if (this.#said.size > 100) this.#said.clear();
    this.#said.set(cause, now);
    log.warn(text);
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
