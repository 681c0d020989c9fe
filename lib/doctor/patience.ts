/** How long the doctor waits for a server that takes connections and does not answer. */
import { FinpipeError } from "../runtime/errors.ts";

/** Milliseconds beyond `--retry-for`. The other drivers give up by themselves after as many. */
const PATIENCE = 10_000;

/**
 * What the work gives, or a failure if that takes longer. The work is left to itself then, as its
 * driver cannot be told to stop: the doctor ends soon after.
 *
 * @param server as messages name it
 * @param patience milliseconds
 * @throws FinpipeError of kind `unreachable`
 */
export async function withPatience<T>(
  work: Promise<T>,
  server: string,
  retryFor: number,
  patience = PATIENCE,
): Promise<T> {
  const limit = retryFor + patience;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const what = `Cannot reach ${server}: no answer for ${Math.round(limit / 1000)} s`;
    reject(
      new FinpipeError("unreachable", what, {
        hint: "Check what listens there, and that no firewall is in between",
      }),
    );
  }, limit);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Whatever becomes of it, nobody waits for it any more.
    work.catch(() => {});
  }
}
