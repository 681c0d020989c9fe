/** Sends messages at a given pace, to any target. */
import { wait } from "../runtime/retry.ts";

/** Bytes of text, nearly, that are written at once. */
const PIECE = 64 * 1024;

export interface EmitOptions {
  /** At most this many messages a second, on average; if left out, as fast as they are accepted. */
  rate?: number | undefined;
  /** Stops the sending, which throws its reason. */
  signal: AbortSignal;
  /** Told how many were written, after each piece. */
  onProgress?: (messages: number) => void;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  clock?: () => number;
}

/**
 * Writes messages, one a line, and returns how many; undefined where the reader went away, as `head`
 * does, which is no failure: it had enough.
 */
export async function emit(
  messages: Iterable<string>,
  write: (text: string) => Promise<void>,
  { rate, signal, onProgress, clock = () => performance.now() }: EmitOptions,
): Promise<number | undefined> {
  const started = clock();
  let count = 0;
  let text = "";
  const flush = async () => {
    signal.throwIfAborted();
    await write(text);
    text = "";
    onProgress?.(count);
  };
  try {
    for (const message of messages) {
      const early = rate === undefined ? 0 : started + count / rate * 1000 - clock();
      if (early > 0 || text.length >= PIECE) await flush();
      if (early > 0) await wait(early, signal);
      text += message + "\n";
      count++;
    }
    await flush();
    return count;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return undefined;
    throw error;
  }
}
