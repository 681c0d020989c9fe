/** What the failures of a connection mean for a person, for any database. */
import type { ErrorKind } from "./errors.ts";

/** Which kind of failure it is, and what to do. */
export interface Meaning {
  kind: ErrorKind;
  hint: string;
}

/** How a message about a database begins, by the kind of failure. */
export const VERBS: Record<ErrorKind, string> = {
  failed: "Failed on",
  usage: "Failed on",
  configuration: "Cannot use",
  data: "Data error on",
  prerequisite: "Failed on",
  unreachable: "Cannot reach",
  locked: "Blocked by a lock on",
};

/**
 * System errors of a socket, by their codes.
 *
 * @param hint what to do where the server does not answer
 */
export function networkMeanings(hint: string): Record<string, Meaning> {
  const unreachable: Meaning = { kind: "unreachable", hint };
  return {
    ENOTFOUND: { kind: "unreachable", hint: "The host name is unknown: check its spelling" },
    EAI_AGAIN: { kind: "unreachable", hint: "The host name could not be looked up: check DNS" },
    ECONNABORTED: unreachable,
    ECONNREFUSED: unreachable,
    ECONNRESET: unreachable,
    EHOSTUNREACH: unreachable,
    ENETUNREACH: unreachable,
    EPIPE: unreachable,
    ETIMEDOUT: unreachable,
  };
}

/**
 * What the errors say that came of one failure: the first that says anything. Deno and Node give the
 * failures of several addresses as one AggregateError without a message.
 */
export function reasonOf(...errors: readonly unknown[]): string {
  for (const error of errors) {
    if (error instanceof AggregateError && error.errors.length > 0) {
      return reasonOf(error.errors[0]);
    }
    if (error instanceof Error && error.message !== "") return error.message;
  }
  return String(errors.find((error) => error !== undefined));
}
