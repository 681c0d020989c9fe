/**
 * Watches over statements that get no answer. Nobody can say how long one may take: it may be a
 * dump, an index, or a wait for a lock. So after a while of silence the server is asked whether it
 * is still working on the statement. finpipe gives up only if it is not.
 */
import type { FinpipeError } from "./errors.ts";

export interface AnswerWatchOptions {
  /** Milliseconds of silence before the question, and between two looks. */
  patience: number;
  /** Changes with each sign of life: the server sent something, or accepted something. */
  progress(): number;
  /**
   * Finds out what the silence means: undefined if it is right to wait.
   *
   * @param over aborted when the answer no longer matters
   */
  ask(isSilent: () => boolean, over: AbortSignal): Promise<FinpipeError | undefined>;
  /** Called with the failure before it is thrown: work in progress has to end. */
  giveUp(failure: FinpipeError): void;
}

export class AnswerWatch {
  readonly #options: AnswerWatchOptions;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
  }

  /**
   * The work's result; once the server is given up, which takes at most twice the patience and the
   * time for the question, the work is no longer waited for.
   *
   * @throws FinpipeError what `ask` found
   */
  async over<T>(work: () => Promise<T>): Promise<T> {
    const { patience, progress, ask, giveUp } = this.#options;
    const done = new AbortController();
    const lost = Promise.withResolvers<never>();
    let asking = Promise.resolve();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let seen = progress();
    const arm = () => timer = setTimeout(() => asking = look(), patience);
    const look = async () => {
      const before = seen;
      const isSilent = () => (seen = progress()) === before;
      const failure = isSilent() ? await ask(isSilent, done.signal) : undefined;
      if (done.signal.aborted) return;
      if (failure === undefined || !isSilent()) return void arm();
      lost.reject(failure);
      giveUp(failure);
    };
    arm();
    try {
      return await Promise.race([work(), lost.promise]);
    } finally {
      done.abort();
      clearTimeout(timer);
      await asking;
    }
  }
}
