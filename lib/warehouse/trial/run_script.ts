/** Runs a script's steps, and gathers what came of each. */
import { orAborted } from "../../runtime/aborted.ts";
import { codeOf, FinpipeError } from "../../runtime/errors.ts";
import { wait } from "../../runtime/retry.ts";
import type { SqlValues } from "../../sql/template.ts";
import { NOT_ENFORCED, NOT_TAKEN } from "../enforced_length.ts";
import type { TrialGround } from "./ground.ts";
import type { Step } from "./script.ts";
import { failureText, type StepFailure, type StepResult } from "./seen.ts";
import { NoValue } from "./variables.ts";

/** Of a step that is tried again: how often, and milliseconds between. */
const TRIES = 50;
const PAUSE = 100;

/** Milliseconds for which a statement that was begun meanwhile may go on waiting. */
const LONGEST_WAIT = 30_000;

export interface ScriptRun {
  /** By the steps' names. */
  results: Map<string, StepResult>;
  /** Why the steps that are missing were not run; undefined where none is. */
  stopped: string | undefined;
}

/**
 * Runs all steps in order. A named step that fails is a result; what makes ready must go well.
 *
 * @throws FinpipeError where no session can be had any more; the signal's reason
 */
export async function runScript(
  ground: TrialGround,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<ScriptRun> {
  const run = new Runner(ground, signal);
  for (const step of steps) {
    const failure = await run.take(step);
    if (failure !== undefined) return { results: run.results, stopped: failure };
  }
  await run.settle();
  return { results: run.results, stopped: undefined };
}

class Runner {
  readonly results = new Map<string, StepResult>();
  readonly #ground: TrialGround;
  readonly #signal: AbortSignal;
  /** By session: what was begun there, and is not over. */
  readonly #meanwhile = new Map<number, { name: string; result: Promise<StepResult> }>();
  /** The newest value of each column: what variables stand for. */
  readonly #values: Record<string, string | null> = {};

  constructor(ground: TrialGround, signal: AbortSignal) {
    this.#ground = ground;
    this.#signal = signal;
  }

  /** @returns why nothing more can be run; undefined where more can */
  async take(step: Step): Promise<string | undefined> {
    this.#signal.throwIfAborted();
    await this.#settleSession(step.session);
    if (step.isMeanwhile) {
      const result = this.#run(step);
      result.catch(() => {});
      this.#meanwhile.set(step.session, { name: step.name!, result });
      return undefined;
    }
    const work = step.isRepeated
      ? this.#repeat(step)
      : step.isLenient
      ? this.#runLeniently(step)
      : this.#run(step);
    const result = await orAborted(work, this.#signal);
    if ("failure" in result) {
      // What became of the statement nobody knows.
      if (step.session === 1 && this.#ground.isLost(1)) {
        return `the session was lost: ${failureText(result.failure)}`;
      }
      if (step.name === undefined) return failureText(result.failure);
    } else Object.assign(this.#values, result.rows[0]);
    if (step.name !== undefined) this.results.set(step.name, result);
    return undefined;
  }

  /** Waits for all that was begun meanwhile. */
  async settle(): Promise<void> {
    for (const session of [...this.#meanwhile.keys()]) await this.#settleSession(session);
  }

  async #settleSession(session: number): Promise<void> {
    const begun = this.#meanwhile.get(session);
    if (begun === undefined) return;
    this.#meanwhile.delete(session);
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(TOO_LONG), LONGEST_WAIT);
    const signal = AbortSignal.any([this.#signal, over.signal]);
    try {
      this.results.set(begun.name, await orAborted(begun.result, signal));
    } catch (error) {
      if (error !== TOO_LONG) throw error;
      const failure = { words: TOO_LONG.message, sqlState: undefined, number: undefined };
      this.results.set(begun.name, { failure });
    } finally {
      clearTimeout(timer);
    }
  }

  async #repeat(step: Step): Promise<StepResult> {
    for (let tries = 1;; tries++) {
      const result = await this.#run(step);
      const isQuery = /^\s*SELECT\b/i.test(step.sql);
      const isThere = "rows" in result && (!isQuery || result.rows.length > 0);
      if (isThere || tries === TRIES) return result;
      await wait(PAUSE, this.#signal);
    }
  }

  async #runLeniently(step: Step): Promise<StepResult> {
    const result = await this.#run(step);
    const isTaken = "rows" in result || !NOT_TAKEN.test(result.failure.sqlState ?? "");
    if (isTaken) return result;
    const without = await this.#run(step, NOT_ENFORCED);
    return "rows" in without ? without : result;
  }

  async #run({ sql, session, data }: Step, values: SqlValues = {}): Promise<StepResult> {
    let statement: string;
    try {
      statement = this.#ground.filled(sql, { ...this.#values, ...values });
    } catch (error) {
      // A variable whose statement failed.
      if (!(error instanceof NoValue)) throw error;
      return { failure: { words: error.message, sqlState: undefined, number: undefined } };
    }
    try {
      await this.#ground.open(session);
    } catch (error) {
      // Without the first nothing can be tried; a user may have no more than that.
      if (session === 1 || !(error instanceof FinpipeError)) throw error;
      return { failure: failureOf(error) };
    }
    try {
      return { rows: await this.#ground.run(session, statement, data) };
    } catch (error) {
      if (!(error instanceof FinpipeError)) throw error;
      return { failure: failureOf(error) };
    }
  }
}

const TOO_LONG = new Error(`no answer for ${LONGEST_WAIT / 1000} s`);

/** In the server's words where it said something, else in ours. */
function failureOf(error: FinpipeError): StepFailure {
  const { cause } = error;
  const number = (cause as { vendorCode?: unknown } | undefined)?.vendorCode;
  return {
    words: cause instanceof Error ? cause.message : error.message,
    sqlState: codeOf(cause),
    number: number === undefined ? undefined : String(number),
  };
}
