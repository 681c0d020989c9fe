/** Variables that look like finpipe's, and that it does not read. */
import { nearest } from "../runtime/near.ts";
import { CATALOGUE, variablesOf } from "./catalogue.ts";

/** A variable that finpipe does not read, and the one that was meant, where one is near. */
export interface UnknownVariable {
  name: string;
  near: string | null;
}

/** What finpipe's own tests read. */
const TESTS = /^FINPIPE_(TEST|SOAK|UPDATE)_/;

/** @param names of all variables that are set */
export function unknownVariables(names: readonly string[]): UnknownVariable[] {
  const known = CATALOGUE.flatMap(variablesOf);
  return names
    .filter((name) => /^FINPIPE_/i.test(name) && !known.includes(name) && !TESTS.test(name))
    .toSorted()
    .map((name) => ({ name, near: nearest(name.toUpperCase(), known) ?? null }));
}

/** One of them, in words. */
export function unknownText({ name, near }: UnknownVariable): string {
  const meant = near === null ? "" : `: did you mean ${near}?`;
  return `finpipe does not know ${name}${meant}`;
}
