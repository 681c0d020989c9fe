/**
 * Vertica's table locks (documentation, "Lock modes"): held to the end of a transaction, granted in
 * the order of asking, with a time limit.
 */
import { lockTimeout } from "./errors.ts";

/** T and U are the Tuple Mover's, D of a rare internal use: nothing here takes them. */
export type LockMode = "S" | "I" | "IV" | "SI" | "X" | "O";

/** What a lock that is asked for may stand beside, of another transaction. */
const COMPATIBLE: Record<LockMode, readonly LockMode[]> = {
  S: ["S"],
  I: ["I", "IV"],
  IV: ["I"],
  SI: [],
  X: [],
  O: [],
};

/** What a transaction holds that has one mode and asks for another (the same page, conversion). */
const STRENGTH: readonly LockMode[] = ["I", "IV", "S", "SI", "X", "O"];

function together(held: LockMode | undefined, asked: LockMode): LockMode {
  if (held === undefined || held === asked) return asked;
  const modes = [held, asked];
  if (modes.includes("S") && (modes.includes("I") || modes.includes("IV"))) return "SI";
  return STRENGTH[Math.max(STRENGTH.indexOf(held), STRENGTH.indexOf(asked))]!;
}

/** Who holds or asks for a lock. */
export interface LockOwner {
  sessionId: string;
  user: string;
  /** The statement that runs, for the message of whoever waits. */
  statement: string;
}

/** A lock as v_monitor.locks shows it. */
export interface LockRow {
  table: string;
  owner: LockOwner;
  mode: LockMode;
  isGranted: boolean;
}

interface Held {
  owner: LockOwner;
  mode: LockMode;
  /** What took it. */
  statement: string;
}

interface Waiter {
  owner: LockOwner;
  mode: LockMode;
  grant: () => void;
}

interface TableLocks {
  held: Map<string, Held>;
  waiting: Waiter[];
}

/** What CREATE, GRANT and their like take in place of a table: one of them at a time. */
export const GLOBAL_CATALOG = "Global Catalog";

export class LockManager {
  /** Milliseconds; Vertica's LockTimeout. @default 300000, as Vertica's */
  timeout: number;
  readonly #tables = new Map<string, TableLocks>();

  constructor(timeout = 300_000) {
    this.timeout = timeout;
  }

  /**
   * Takes a lock, or makes the one that is held stronger.
   *
   * @param wait milliseconds; 0 for NOWAIT
   * @param cancelled ends the wait with its reason
   * @throws VerticaError 55V03
   */
  async acquire(
    table: string,
    mode: LockMode,
    owner: LockOwner,
    { wait = this.timeout, cancelled }: { wait?: number; cancelled?: AbortSignal } = {},
  ): Promise<void> {
    const locks = this.#of(table);
    const held = locks.held.get(owner.sessionId)?.mode;
    const wanted = together(held, mode);
    if (wanted === held) return;
    const granted = { owner, mode: wanted, statement: owner.statement };
    // Who holds a lock already goes first: waiting behind a newcomer it could never be granted.
    const isFree = held !== undefined || locks.waiting.length === 0;
    if (isFree && conflict(locks, wanted, owner) === undefined) {
      locks.held.set(owner.sessionId, granted);
      return;
    }
    if (wait === 0) throw this.#refusal(table, wanted, locks, owner);
    const decided = Promise.withResolvers<boolean>();
    const waiter = { owner, mode: wanted, grant: () => decided.resolve(true) };
    if (held === undefined) locks.waiting.push(waiter);
    else locks.waiting.unshift(waiter);
    const timer = setTimeout(() => decided.resolve(false), wait);
    const stop = () => decided.reject(cancelled!.reason);
    cancelled?.addEventListener("abort", stop);
    try {
      if (!await decided.promise) throw this.#refusal(table, wanted, locks, owner);
    } catch (error) {
      // Granted in the same moment: it is given up again.
      if (held === undefined) locks.held.delete(owner.sessionId);
      throw error;
    } finally {
      clearTimeout(timer);
      cancelled?.removeEventListener("abort", stop);
      locks.waiting = locks.waiting.filter((other) => other !== waiter);
      this.#grant(locks);
    }
  }

  /** At the end of a transaction. */
  release(sessionId: string): void {
    for (const [table, locks] of this.#tables) {
      locks.held.delete(sessionId);
      this.#grant(locks);
      if (locks.held.size === 0 && locks.waiting.length === 0) this.#tables.delete(table);
    }
  }

  /** All that are held and waited for. */
  *list(): Generator<LockRow> {
    for (const [table, { held, waiting }] of this.#tables) {
      for (const { owner, mode } of held.values()) yield { table, owner, mode, isGranted: true };
      for (const { owner, mode } of waiting) yield { table, owner, mode, isGranted: false };
    }
  }

  #of(table: string): TableLocks {
    const locks = this.#tables.get(table) ?? { held: new Map(), waiting: [] };
    this.#tables.set(table, locks);
    return locks;
  }

  #grant(locks: TableLocks): void {
    for (const waiter of [...locks.waiting]) {
      if (conflict(locks, waiter.mode, waiter.owner) !== undefined) return;
      const { owner, mode } = waiter;
      locks.held.set(owner.sessionId, { owner, mode, statement: owner.statement });
      locks.waiting = locks.waiting.filter((other) => other !== waiter);
      waiter.grant();
    }
  }

  #refusal(table: string, mode: LockMode, locks: TableLocks, owner: LockOwner): Error {
    const other = conflict(locks, mode, owner);
    const by = other === undefined
      ? ""
      : `. ${other.mode} held by [user ${other.owner.user} (${other.statement})]`;
    return lockTimeout(`Timed out ${mode} locking ${shownLock(table)}${by}`);
  }
}

/** As messages and v_monitor.locks write it. */
export function shownLock(table: string): string {
  return table === GLOBAL_CATALOG ? table : `Table:${table}`;
}

function conflict(locks: TableLocks, mode: LockMode, owner: LockOwner): Held | undefined {
  return [...locks.held.values()].find((held) =>
    held.owner.sessionId !== owner.sessionId && !COMPATIBLE[mode].includes(held.mode)
  );
}
