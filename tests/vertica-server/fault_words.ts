/** Faults as a person writes them, at the command line or while the server runs. */
import { VerticaError } from "./engine.ts";
import type { VerticaEngine } from "./engine/mod.ts";
import { DISK_FULL, type Fault, type FaultKind, type Faults, TOO_MANY_SESSIONS } from "./faults.ts";

export const FAULT_HELP = `A fault is one of
  cut-before:WHERE           the connection is cut, and the message not acted on
  cut-after:WHERE            the message is acted on, and the connection cut instead of an answer
  error:WHERE[:SQLSTATE[/NUMBER]]
                             an error is the answer, and the message not acted on (57V01: shutting down)
  disk-full:WHERE            the same with the error of a node whose disk is full
  stall:WHERE                the message is never answered
  slow-copy:BYTES            so many bytes a second are read of COPY's data
  login                      every login is refused: too many sessions
  silent-login[:STAGE]       every login meets silence: before-the-password (the default),
                             after-the-password or before-the-session
  mergeout:COUNT             so many partition swaps fail, as a mergeout is running
WHERE is the number of a message in its session (1 is the first after the login), the code of one (Q, P,
d, j, c, ...), or /a regular expression/ that a statement matches. A fault strikes once; *3 at its end
lets it strike three times.`;

/** Faults that can be set by words. */
export interface FaultTarget {
  faults: Faults;
  engine: Pick<VerticaEngine, "switches">;
}

const KINDS: Readonly<Record<string, FaultKind>> = {
  "cut-before": "cut before",
  "cut-after": "cut after",
  "error": "error",
  "disk-full": "error",
  "stall": "stall",
};

/**
 * Sets a fault.
 *
 * @throws Error that says what is wrong with the words
 */
export function setFault(words: string, { faults, engine }: FaultTarget): void {
  const [, name = "", rest = ""] = /^([a-z-]+)(?::(.*))?$/.exec(words) ?? [];
  if (name === "login") faults.login = TOO_MANY_SESSIONS;
  else if (name === "silent-login") faults.silentLogin = stageOf(rest, words);
  else if (name === "slow-copy") faults.copyRate = numberOf(rest, words);
  else if (name === "mergeout") engine.switches.mergeoutConflicts = numberOf(rest, words);
  else faults.arm(readFault(words));
}

/**
 * Reads a fault of a message: `cut-after:12`, `error:/^COMMIT/:55V03*2`.
 *
 * @throws Error that says what is wrong with the words
 */
export function readFault(words: string): Fault {
  const [, name = "", where = "", sqlState, number, times] =
    /^([a-z-]+):(\/.*\/|[^:*\/]+)(?::([0-9A-Z]{5})(?:\/(\d+))?)?(?:\*(\d+))?$/.exec(words) ?? [];
  const kind = KINDS[name];
  if (kind === undefined || (sqlState !== undefined && name !== "error")) throw noFault(words);
  return {
    kind,
    ...readWhere(where, words),
    ...(times === undefined ? {} : { times: numberOf(times, words) }),
    ...(sqlState === undefined ? {} : { error: errorWith(sqlState, Number(number ?? 0)) }),
    ...(name === "disk-full" ? { error: DISK_FULL } : {}),
  };
}

function readWhere(where: string, words: string): Pick<Fault, "message" | "code" | "statement"> {
  if (/^\d+$/.test(where)) return { message: numberOf(where, words) };
  if (/^[A-Za-z]$/.test(where)) return { code: where };
  const [, pattern] = /^\/(.+)\/$/.exec(where) ?? [];
  if (pattern === undefined) throw noFault(words);
  return { statement: new RegExp(pattern, "i") };
}

function stageOf(text: string, words: string): Faults["silentLogin"] {
  const stages = ["before the password", "after the password", "before the session"] as const;
  const stage = stages.find((stage) =>
    stage.replaceAll(" ", "-") === (text || "before-the-password")
  );
  if (stage === undefined) throw noFault(words);
  return stage;
}

function numberOf(text: string, words: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw noFault(words);
  return Number(text);
}

function errorWith(sqlState: string, number: number): VerticaError {
  return new VerticaError(sqlState, number, "An error on demand of the test server");
}

function noFault(words: string): Error {
  return new Error(`Not a fault: "${words}"\n${FAULT_HELP}`);
}
