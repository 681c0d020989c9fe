/**
 * Finds out what the silence of a session means, by asking over another session with the same
 * server. If the server no longer works for the silent session, the connection was lost: its
 * session is ended, because it would keep finpipe's locks.
 */
import { codeOf, FinpipeError } from "./errors.ts";
import { wait } from "./retry.ts";

/**
 * Another session, for questions about the silent one. Each question ends within a connection's
 * time limit.
 */
export interface Questioner extends AsyncDisposable {
  /** Connects. */
  begin(): Promise<void>;
  /** Whether the server works for the silent session; also where that cannot be seen. */
  isAtWork(): Promise<boolean>;
  /** Ends the silent session, if it is there. */
  end(): Promise<void>;
}

export interface SilenceOptions {
  /** How messages name the server. */
  server: string;
  /** The noun for what a questioner opens: `connection`. */
  what: string;
  /** The subject of the message: `The server or the network`. */
  who: string;
  /** SQLSTATEs of a server that goes down or comes up: whatever a session did there is over. */
  restarts: RegExp;
  /** Makes a questioner, which connects to nothing yet. */
  open(): Questioner;
  /** Whether the session still waits. */
  isSilent(): boolean;
  /** Aborted when the answer no longer matters. */
  over: AbortSignal;
}

/** Milliseconds until what the server has sent is here. */
const SETTLE = 1000;

/**
 * Asks the server whether it still works for a session that is waiting.
 *
 * @returns undefined where the session should go on waiting, also where that cannot be known
 */
export async function judgeSilence(options: SilenceOptions): Promise<FinpipeError | undefined> {
  const { server, what, who, restarts, open, isSilent, over } = options;
  const lost = (why: string, hint: string) =>
    new FinpipeError("unreachable", `Cannot reach ${server}: ${why}`, { hint });
  await using questioner = open();
  try {
    const failure = await questioner.begin().then(() => undefined, (error) => error);
    if (over.aborted) return undefined;
    if (failure !== undefined) {
      // A server that says why it refuses a session is alive.
      if (isAnswer(failure, restarts)) return undefined;
      return lost(
        `no answer for a while, and none to a new ${what}`,
        `${who} does not respond: check that it is running`,
      );
    }
    if (await questioner.isAtWork()) return undefined;
    // Wait for what the server sent just before, or while this process itself was stopped.
    await wait(SETTLE, over);
    if (!isSilent() || await questioner.isAtWork()) return undefined;
    await questioner.end().catch(() => {});
    return lost(
      "the connection was lost without notice",
      "If it happens often, look for a firewall or proxy in between that drops idle connections",
    );
  } catch {
    // The server accepted the session, so the next question will tell.
    return undefined;
  }
}

/** True if the server itself reported the error, and not that it is going down or coming up. */
function isAnswer(error: unknown, restarts: RegExp): boolean {
  // The drivers' word for what a server says (pg-protocol and v-protocol, `DatabaseError`); a socket's
  // errors have none.
  const { severity } = error as { severity?: unknown };
  return typeof severity === "string" && !restarts.test(codeOf(error) ?? "");
}
