/** Asks for the health of a process on this machine. */
import { FinpipeError } from "./errors.ts";
import { fetchFailure } from "./fetch_failure.ts";
import { printable } from "./printable.ts";

/** Milliseconds: health checks have limits of their own, of 5 s and more. */
const TIMEOUT = 5000;
/** Characters of an answer that are shown: ours is a line. */
const MOST_TEXT = 1000;

export interface HealthAnswer {
  ok: boolean;
  status: number;
  /** What it says of itself, a line. */
  text: string;
}

/**
 * @param path `/healthz` or `/readyz`
 * @throws FinpipeError of kind `unreachable` where nothing answers in time
 */
export async function askHealth(
  { port, path, signal }: { port: number; path: string; signal: AbortSignal },
): Promise<HealthAnswer> {
  const url = `http://127.0.0.1:${port}${path}`;
  const timeout = AbortSignal.timeout(TIMEOUT);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
      headers: { connection: "close" },
    });
    const text = printable((await response.text()).trim().slice(0, MOST_TEXT));
    const { ok, status } = response;
    return { ok, status, text: text === "" ? `status ${status}` : text };
  } catch (error) {
    signal.throwIfAborted();
    const why = timeout.aborted ? `no answer for ${TIMEOUT / 1000} s` : fetchFailure(error);
    throw new FinpipeError("unreachable", `Nothing says how it is at ${url}: ${why}`, {
      hint:
        "Check that 'finpipe stream' runs with --metrics-port, or 'finpipe serve', and name its " +
        "port with --port",
      cause: error,
    });
  }
}
