/**
 * What a server of the mart holds of it, and when it asks again. Whoever looks on, the warehouse is
 * asked once in an interval at most, and only while somebody looks.
 */
import { FinpipeError, isKind, messageOf } from "../runtime/errors.ts";
import type { MartFacts } from "./page_facts.ts";

/** What was read of the mart; another version whenever anything of it is another. */
export interface Held<T> {
  value: T;
  version: string;
  readAt: Temporal.Instant;
}

/** Why the mart could not be asked. */
export interface Trouble {
  since: Temporal.Instant;
  /** `busy`: another finpipe has the folder, or days change while they are read. */
  kind: "away" | "busy";
}

export interface BoardOptions<T> {
  /** Asks the warehouse; what is held already is returned where nothing of it has changed. */
  read(held: T | undefined): Promise<T>;
  /** Identifies what was read. */
  versionOf(value: T): string;
  now(): Temporal.Instant;
  /** Milliseconds from the end of a question to the next one. */
  interval: number;
  /** Told of each question that failed, and of the first that did not. */
  onTrouble(error: unknown): void;
  onRecovered(): void;
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

  /** @throws what the first question fails with, unless that can pass */
  async start(): Promise<void> {
    await this.look();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #failure: unknown;

  async #ask(): Promise<void> {
    const { read, versionOf, now, onTrouble, onRecovered } = this.#options;
    try {
      const value = await read(this.#held?.value);
      this.#failure = undefined;
      if (value !== this.#held?.value) {
        this.#held = { value, version: versionOf(value), readAt: now() };
      }
      if (this.#trouble !== undefined) onRecovered();
      this.#trouble = undefined;
    } catch (error) {
      const kind = isKind(error, "locked") ? "busy" : "away";
      this.#failure = passes(error) ? undefined : error;
      this.#trouble = { since: this.#trouble?.since ?? now(), kind };
      onTrouble(error);
    } finally {
      this.#askedAt = now();
    }
  }
}

/** Whether another question may be answered. */
function passes(error: unknown): boolean {
  return error instanceof FinpipeError &&
    (error.kind === "locked" || error.kind === "unreachable" || error.passes !== undefined);
}

/** Of what went wrong, for the log. */
export function troubleText(error: unknown): string {
  return `The mart could not be read: ${messageOf(error)}`;
}
