/**
 * What a server of the mart holds of it, and when it asks again. Whoever looks on, the warehouse is
 * asked once in an interval at most, and only while somebody looks.
 */
import { FinpipeError, messageOf } from "../runtime/errors.ts";
import type { MartFacts } from "./page_facts.ts";

/** What was read of the mart; another version whenever anything of it is another. */
export interface Held<T> {
  value: T;
  version: string;
  readAt: Temporal.Instant;
}

/**
 * Why the mart could not be read: the warehouse is `away`; it is `busy`, because another finpipe has
 * the folder, or days change while they are read; it `refused` finpipe for its password, rights,
 * settings or schema, which somebody has to mend; or finpipe `failed`, which its log tells more of.
 */
export type TroubleKind = "away" | "busy" | "refused" | "failed";

export interface Trouble {
  since: Temporal.Instant;
  kind: TroubleKind;
}

export interface BoardOptions<T> {
  /** Asks the warehouse; what is held already is returned where nothing of it has changed. */
  read(held: T | undefined): Promise<T>;
  /** Identifies what was read. */
  versionOf(value: T): string;
  now(): Temporal.Instant;
  /** Milliseconds from the end of a question to the next one. */
  interval: number;
  /** Told of a question that failed otherwise than the one before, and of the first that did not fail. */
  onTrouble(error: unknown, kind: TroubleKind): void;
  /** @param after of the trouble that is over */
  onRecovered(after: Temporal.Duration): void;
}

export class MartBoard<T = MartFacts> {
  readonly #options: BoardOptions<T>;
  #held: Held<T> | undefined;
  #trouble: Trouble | undefined;
  #askedAt: Temporal.Instant | undefined;
  #question: Promise<void> | undefined;

  constructor(options: BoardOptions<T>) {
    this.#options = options;
  }

  get held(): Held<T> | undefined {
    return this.#held;
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** When the last question ended. */
  get askedAt(): Temporal.Instant | undefined {
    return this.#askedAt;
  }

  /** Asks if it is time to; resolves when the question is answered, or at once. Never fails. */
  look(): Promise<void> {
    if (this.#question !== undefined) return this.#question;
    const { now, interval } = this.#options;
    if (
      this.#askedAt !== undefined && now().since(this.#askedAt).total("milliseconds") < interval
    ) {
      return Promise.resolve();
    }
    this.#question = this.#ask().finally(() => this.#question = undefined);
    return this.#question;
  }

  /** @throws what the first question fails with, unless that can pass by itself */
  async start(): Promise<void> {
    await this.look();
    if (this.#trouble?.kind === "refused" || this.#trouble?.kind === "failed") throw this.#failure;
  }

  #failure: unknown;

  async #ask(): Promise<void> {
    const { read, versionOf, now, onRecovered } = this.#options;
    try {
      const value = await read(this.#held?.value);
      if (value !== this.#held?.value) {
        this.#held = { value, version: versionOf(value), readAt: now() };
      }
      if (this.#trouble !== undefined) onRecovered(now().since(this.#trouble.since));
      this.#trouble = undefined;
      this.#failure = undefined;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#askedAt = now();
    }
  }

  #fail(error: unknown): void {
    const { now, onTrouble } = this.#options;
    const kind = kindOf(error);
    const isKnown = this.#trouble !== undefined && messageOf(error) === messageOf(this.#failure);
    const since = this.#trouble?.kind === kind ? this.#trouble.since : now();
    this.#trouble = { since, kind };
    this.#failure = error;
    if (!isKnown) onTrouble(error, kind);
  }
}

function kindOf(error: unknown): TroubleKind {
  if (!(error instanceof FinpipeError)) return "failed";
  if (error.kind === "locked") return "busy";
  if (error.passes !== undefined) return "away";
  return error.kind === "configuration" ? "refused" : "failed";
}
