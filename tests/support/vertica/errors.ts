/** Errors of a server, one for each that finpipe knows. */
import type { KnownError } from "../../../lib/warehouse/vertica/connection/error_classes.ts";

/** SQLSTATE, number and words of one. */
export type ErrorExample = readonly [state: string, number: number, text: string];

/** The words of those that are told apart by words. */
const WORDS = ["The user account is locked", "the server accepts TLS connections only"];

/** An error that is met in this way. */
export function exampleOf({ states, codes, text }: KnownError): ErrorExample {
  const [state = ""] = states;
  const words = WORDS.find((words) => text?.test(words)) ?? "An error on demand";
  return [state.padEnd(5, "9"), codes?.[0] ?? 1, words];
}
