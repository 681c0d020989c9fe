/** Why the platform's fetch gave no answer, for a person. */
import { causesOf, messageOf } from "./errors.ts";

/** What stands before the reason in the platform's message: the URL, which may hold a secret. */
const BEFORE = /^.*?\burl \([^)]*\): (?:client error \(\w+\): )?(?:[a-z ]+ error: )?/i;

/** @returns the reason without the URL, as in `Connection refused` */
export function fetchFailure(error: unknown): string {
  const text = messageOf([...causesOf(error)].at(-1) ?? error);
  return text.replace(BEFORE, "").replace(/ \(os error \d+\)$/, "")
    .replaceAll(/\bhttps?:\/\/[^\s)]*/g, "the URL");
}
