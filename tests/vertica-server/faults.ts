/** Faults of the test server, on demand: set before it starts or while it runs. */
import { VerticaError } from "./engine.ts";

/** What a message meets that a fault lies in wait for. */
export type FaultKind =
  /** The connection is cut before anything is done. */
  | "cut before"
  /** All is done, but the connection is cut instead of an answer. */
  | "cut after"
  /** An error is the answer, and nothing is done. */
  | "error"
  /** Nothing is done and nothing answered, for as long as the client waits. */
  | "stall";

/** A fault, and the message that it waits for; each part that is left out fits all messages. */
export interface Fault {
  kind: FaultKind;
  /** Number of the message in its session: the first after the login is 1. */
  message?: number;
  /** Code of the message: `Q`, `d`, `j`, `c`, ... */
  code?: string;
  /** What the statement of a Query or Parse matches. */
  statement?: { test(statement: string): boolean };
  /** What the session's client label matches. */
  label?: RegExp;
  /** How many messages meet it. @default 1 */
  times?: number;
  /** Of `error`. @default 57V01, a node that shuts down */
  error?: VerticaError;
}

/** A message of a client, as faults see it. */
export interface SeenMessage {
  code: string;
  /** Of Query and Parse; else empty. */
  statement: string;
}

/** What a session has sent so far. */
export interface SessionTraffic {
  readonly label: string;
  readonly messages: readonly SeenMessage[];
}

const SHUTTING_DOWN = new VerticaError("57V01", 4149, "Shutting down", { severity: "FATAL" });

/**
 * What a statement meets that would write to a full disk (2927 in vertica.log of a cluster that had one:
 * knowledge.broadcom.com, article 211763), as the error of a {@link Fault}.
 */
export const DISK_FULL = new VerticaError(
  "53100",
  2927,
  "Could not write to [/data/finpipe/v_finpipe_node0001_data]: Volume " +
    "[/data/finpipe/v_finpipe_node0001_data] has insufficient space.",
);

/** What a login meets where all sessions are taken, as a fault of {@link Faults.login}. */
export const TOO_MANY_SESSIONS = new VerticaError(
  "53300",
  5415,
  "New session rejected due to limit, already 100 sessions active",
  { severity: "FATAL" },
);

export class Faults {
  readonly #armed: Required<Pick<Fault, "kind" | "times">>[] = [];
  readonly #sessions: SessionTraffic[] = [];
  /** Bytes a second that are read of the data of a COPY. @default all that comes */
  copyRate: number | undefined;
  /** The answer to every login, instead of the session. */
  login: VerticaError | undefined;
  /** Where every login meets silence, for as long as the client waits. */
  silentLogin: "before the password" | "after the password" | "before the session" | undefined;

  /** All sessions there have been, the oldest first, and what they sent. */
  get sessions(): readonly SessionTraffic[] {
    return this.#sessions;
  }

  /** Lies in wait; the first that fits a message has it. */
  arm(fault: Fault): void {
    this.#armed.push({ times: 1, ...fault });
  }

  /** Takes back all faults; those that have struck stay. */
  clear(): void {
    this.#armed.length = 0;
    this.copyRate = undefined;
    this.login = undefined;
    this.silentLogin = undefined;
  }

  /** Forgets what was sent. */
  forget(): void {
    this.#sessions.length = 0;
  }

  /** Begins to count a session's messages. */
  watch(label: string): (message: SeenMessage) => Fault | undefined {
    const messages: SeenMessage[] = [];
    this.#sessions.push({ label, messages });
    return (message) => {
      messages.push(message);
      return this.#strike(message, messages.length, label);
    };
  }

  #strike(message: SeenMessage, number: number, label: string): Fault | undefined {
    const fault = this.#armed.find((armed: Fault) =>
      (armed.message ?? number) === number &&
      (armed.code ?? message.code) === message.code &&
      (armed.statement?.test(message.statement) ?? true) &&
      (armed.label?.test(label) ?? true)
    );
    if (fault === undefined) return undefined;
    if (--fault.times === 0) this.#armed.splice(this.#armed.indexOf(fault), 1);
    return fault;
  }
}

/** The error of a fault of kind `error`. */
export function errorOf(fault: Fault): VerticaError {
  return fault.error ?? SHUTTING_DOWN;
}
