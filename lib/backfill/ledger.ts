/**
 * The ledger as a backfill keeps it: a session of its own, whose locks say that it runs, and that is
 * replaced where it breaks.
 */
import type { DateRange } from "../partitions/run_date.ts";
import { FinpipeError, isKind, messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { retrying, wait as waitFor } from "../runtime/retry.ts";
import type { LedgerHolder, LedgerRepository, NewAttempt, Outcome } from "../staging/ledger.ts";
import type { StagingRepository } from "../staging/repository.ts";

export interface LedgerContext {
  /** Opens a session of staging, one try; on the embedded engine it is the one that all use. */
  connect: () => Promise<StagingRepository>;
  log: Logger;
  now(): Temporal.Instant;
  /** Ends waiting and retrying. What has to be written down after it is tried once. */
  signal: AbortSignal;
  /** Milliseconds for which a server that is away is waited for, each time. @default 60000 */
  retryFor?: number;
  /** Waits for another backfill to end. @default it is an error */
  wait?: boolean;
  /** Waits, or throws the signal's reason. @default on the clock */
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** The backfill whose ledger it is. */
export interface LedgerOwner {
  /** As it was typed; no secrets. */
  command: string;
  /** Run dates; undefined where none were asked for. */
  range: DateRange | undefined;
  host: string;
  pid: number;
  version: string;
}

/** Calls may overlap: they are written one after the other. Disposing of it gives the locks back. */
export interface Ledger extends AsyncDisposable {
  /** Of the backfill. */
  readonly id: number;

  /**
   * Writes down that an attempt begins.
   *
   * @returns its number, for {@link end}
   * @throws FinpipeError of kind `locked` where the session broke and another backfill has begun since
   */
  begin(attempt: NewAttempt): Promise<number>;

  /** Writes down how an attempt ended. Throws as {@link begin} does. */
  end(attempt: number, outcome: Outcome): Promise<void>;

  /** Writes down how the backfill ended. Where it cannot, the log says so: the work itself is done. */
  close(exitCode: number): Promise<void>;
}

/** Milliseconds between two looks at whether another backfill has ended. */
const LOOK = 1000;

/** Times that a second session is asked: other clients of a pool may come between. */
const ASKED = 3;

const NEVER = new AbortController().signal;

/**
 * Takes the lock of the database, and writes down that a backfill begins.
 *
 * @throws FinpipeError of kind `locked` where another backfill runs, and is not waited for;
 * `configuration` where staging may only be read, or a pooler swaps sessions; `unreachable`
 */
export async function openLedger(context: LedgerContext, owner: LedgerOwner): Promise<Ledger> {
  const ledger = new StagedLedger(context, owner);
  try {
    await ledger.open();
    return ledger;
  } catch (error) {
    await ledger[Symbol.asyncDispose]();
    throw error;
  }
}

/** An attempt that has begun. */
interface Begun {
  ordinal: number;
  attempt: NewAttempt;
  at: Temporal.PlainDateTime;
}

class StagedLedger implements Ledger {
  readonly #context: LedgerContext;
  readonly #owner: LedgerOwner;
  readonly #startedAt: Temporal.PlainDateTime;
  /** A session; it holds the locks if {@link #isHeld}. */
  #staging: StagingRepository | undefined;
  #isHeld = false;
  #id: number | undefined;
  #attempts = 0;
  /** Those that have begun, by number: a server that crashed may have lost one. */
  readonly #begun = new Map<number, Begun>();
  /** What was asked for last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: LedgerContext, owner: LedgerOwner) {
    this.#context = context;
    this.#owner = owner;
    this.#startedAt = this.#now();
  }

  get id(): number {
    if (this.#id === undefined) throw new Error("The ledger is not open");
    return this.#id;
  }

  async open(): Promise<void> {
    const { log, signal, wait = false, sleep = waitFor } = this.#context;
    let told: string | undefined;
    for (;;) {
      const holder = await this.#retried(() => this.#take());
      if (holder === undefined) return;
      if (!wait) throw busy(holder);
      const name = nameOf(holder);
      if (told !== name) log.info(`Waiting for another backfill to end: ${name}`);
      told = name;
      await sleep(LOOK, signal);
    }
  }

  async begin(attempt: NewAttempt): Promise<number> {
    const begun = { ordinal: ++this.#attempts, attempt, at: this.#now() };
    const id = await this.#write((ledger) => this.#begin(ledger, begun));
    this.#begun.set(id, begun);
    return id;
  }

  async end(attempt: number, outcome: Outcome): Promise<void> {
    const at = this.#now();
    const begun = this.#begun.get(attempt);
    await this.#write(async (ledger) => {
      if (await ledger.endAttempt(this.id, attempt, outcome, at)) return true;
      const again = begun && await this.#begin(ledger, begun);
      return again !== undefined && await ledger.endAttempt(this.id, again, outcome, at) ||
        undefined;
    });
    this.#begun.delete(attempt);
  }

  async close(exitCode: number): Promise<void> {
    const at = this.#now();
    try {
      await this.#write(async (ledger) => {
        await ledger.end(this.id, exitCode, at);
        return true;
      });
    } catch (error) {
      this.#context.log.warn(
        `The ledger does not say how the backfill ended: ${messageOf(error)}`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
    const staging = this.#staging;
    if (staging === undefined) return;
    // A server notices only after a moment that a session has ended.
    if (this.#isHeld) await staging.ledger.unlock(this.#id).catch(() => {});
    await this.#drop();
  }

  #begin(ledger: LedgerRepository, { ordinal, attempt, at }: Begun): Promise<number | undefined> {
    return ledger.beginAttempt(this.id, ordinal, attempt, at);
  }

  /** Runs work that gives undefined where the session does not hold the locks, after all before it. */
  #write<T>(work: (ledger: LedgerRepository) => Promise<T | undefined>): Promise<T> {
    const result = this.#last.catch(() => {}).then(() =>
      this.#retried(async () => {
        const staging = await this.#held();
        const written = await work(staging.ledger);
        if (written === undefined) throw pooled();
        return written;
      })
    );
    this.#last = result;
    return result;
  }

  /** Runs work again where it fails as it lost its session. */
  #retried<T>(work: () => Promise<T>): Promise<T> {
    const { log, signal, retryFor = 60_000 } = this.#context;
    const dropping = async () => {
      try {
        return await work();
      } catch (error) {
        if (isKind(error, "unreachable")) await this.#drop();
        throw error;
      }
    };
    // What has happened is written down, if that can be done at once.
    return retrying(
      dropping,
      signal.aborted ? { log, signal: NEVER, retryFor: 0 } : { log, signal, retryFor },
    );
  }

  /** The session that holds the locks; a new one where it broke. */
  async #held(): Promise<StagingRepository> {
    if (!this.#isHeld) {
      const holder = await this.#take();
      if (holder !== undefined) throw taken(holder);
    }
    return this.#staging!;
  }

  /**
   * Takes the locks.
   *
   * @returns who has them; undefined where they are ours now
   */
  async #take(): Promise<LedgerHolder | undefined> {
    const staging = this.#staging ??= await this.#context.connect();
    const { ledger } = staging;
    if (this.#id !== undefined) await ledger.endFormer(this.#id);
    if (!await ledger.lock()) {
      const holder = await ledger.holder();
      if (holder?.id == null || this.#isOwn(holder)) throw beginning(holder);
      return holder;
    }
    // From here on they are given back when this is disposed of.
    this.#isHeld = true;
    try {
      if (this.#id === undefined) await this.#requireOwnSession(staging);
      const { id, locked } = await ledger.begin({ ...this.#owner, startedAt: this.#startedAt });
      this.#id = id;
      if (!locked) throw beginning(undefined);
    } catch (error) {
      await ledger.unlock(this.#id).catch(() => {});
      this.#isHeld = false;
      throw error;
    }
    return undefined;
  }

  /** A session that we have lost; the next try ends it. */
  #isOwn({ id, host, pid, startedAt }: LedgerHolder): boolean {
    const { host: ourHost, pid: ourPid } = this.#owner;
    const isOwn = host === ourHost && pid === ourPid &&
      startedAt?.equals(this.#startedAt) === true;
    if (isOwn) this.#id = id ?? undefined;
    return isOwn;
  }

  /**
   * A pooler that gives each transaction another session loses the lock, or gives it to others.
   *
   * @throws FinpipeError of kind `configuration`
   */
  async #requireOwnSession(staging: StagingRepository): Promise<void> {
    if (!await staging.ledger.holdsLock()) throw pooled();
    if (staging.locks.process === undefined) return;
    const other = await this.#context.connect().catch((error) => {
      // A server that takes no second one has no pooler before it.
      if (isKind(error, "unreachable")) return undefined;
      throw error;
    });
    if (other === undefined) return;
    await using session = other;
    for (let asked = 0; asked < ASKED; asked++) {
      if (!await session.ledger.holdsLock() && await staging.ledger.holdsLock()) continue;
      await session.ledger.unlock(undefined);
      throw pooled();
    }
  }

  async #drop(): Promise<void> {
    const staging = this.#staging;
    this.#staging = undefined;
    this.#isHeld = false;
    await staging?.[Symbol.asyncDispose]();
  }

  #now(): Temporal.PlainDateTime {
    return this.#context.now().toZonedDateTimeISO("UTC").toPlainDateTime();
  }
}

/** As in `process 4711 on batch-1, since 2022-11-02 03:00:00 UTC`. */
function nameOf({ process, host, pid, startedAt }: LedgerHolder): string {
  if (host === null) return `session ${process} of PostgreSQL`;
  const since = startedAt?.toString({ smallestUnit: "second" }).replace("T", " ");
  return `process ${pid} on ${host}, since ${since} UTC`;
}

function busy(holder: LedgerHolder): FinpipeError {
  return new FinpipeError("locked", `Another backfill is running: ${nameOf(holder)}`, {
    hint:
      `Wait until it has ended, or let --wait do so; if it is stuck, end that process, or its ` +
      `session with SELECT pg_terminate_backend(${holder.process})`,
  });
}

function taken(holder: LedgerHolder): FinpipeError {
  return new FinpipeError(
    "locked",
    `The session with staging broke, and another backfill has begun since: ${nameOf(holder)}`,
    { hint: "Nothing that is done is lost: run again when that backfill has ended" },
  );
}

/** Whoever has the lock says who it is in a moment, or is a session of ours that is about to end. */
function beginning(holder: LedgerHolder | undefined): FinpipeError {
  const who = holder === undefined ? "" : `: ${nameOf(holder)}`;
  return new FinpipeError("locked", `Another backfill is beginning, or ending${who}`, {
    hint: "Try again",
    passes: "soon",
  });
}

function pooled(): FinpipeError {
  return new FinpipeError(
    "configuration",
    "A backfill needs a session of PostgreSQL of its own, and a pooler swaps it",
    {
      hint: "Connect past the pooler, or let it pool by session " +
        "(pool_mode = session in PgBouncer)",
    },
  );
}
