/**
 * Everything that a run of finpipe takes from outside, so that a whole run fits in a test:
 * streams, environment, clock and the signal to stop.
 */

/** A destination of text or bytes, written in order. */
export interface Output {
  write(data: string | Uint8Array): Promise<void>;
  /** True where a person is looking: decides colours, progress and the log format. */
  readonly isTerminal: boolean;
  /** Characters of a line of the terminal. @default undefined: there is no terminal, or no telling */
  readonly columns?: number | undefined;
  /** Lines of the terminal. @default undefined: likewise */
  readonly rows?: number | undefined;
  /**
   * Shows lines below all that is written, in place of those that it showed before.
   *
   * @default undefined: nothing can be drawn, because nobody looks
   */
  draw?(lines: readonly string[]): Promise<void>;
}

/** True of the error of a write whose reader has gone away. */
export function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

/** What one run is given. */
export interface Io {
  /** What a person types to run finpipe from the folder that this run is in, quoted for a shell. */
  readonly program: string;
  stdin: ReadableStream<Uint8Array>;
  /** Results. */
  stdout: Output;
  /** Log, progress, warnings and errors. */
  stderr: Output;
  /** The value of an environment variable, or undefined. */
  env(name: string): string | undefined;
  /** The names of all environment variables. */
  envNames(): readonly string[];
  /** The clock. */
  now(): Temporal.Instant;
  /** Aborted, with an `Interrupted` as reason, when the run should stop. */
  signal: AbortSignal;
}
