/** Errors that can be provoked, by the SQLSTATE that finpipe knows them by. */
import embedded from "../../../../sql/warehouse/embedded/trial/errors.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/errors.sql" with { type: "text" };
import {
  type Experiment,
  type Group,
  held,
  notHeld,
  type TrialEngine,
  type Verdict,
} from "../experiment.ts";
import { failureText, type Seen } from "../seen.ts";

const MESSAGE =
  "The failure is reported in the server's words, with exit 1 instead of 3 and its hint";
const DATA =
  "The failure is reported with exit 1 instead of 4, and with the server's words, which hold " +
  "the value";

export const ERRORS: Group = {
  name: "errors",
  scripts: { vertica, embedded },
  experiments: [
    provoked("no-table", "A table that does not exist", ["42V01", "42P01"], MESSAGE),
    provoked("no-column", "A column that does not exist", ["42703", "42703"], MESSAGE),
    provoked("no-schema", "A schema that does not exist", ["3F000", "42P01"], MESSAGE),
    provoked("exists", "A table that exists already", ["42710", "42P07"], MESSAGE),
    provoked(
      "syntax",
      "A syntax error",
      ["42601", "42601"],
      "Nothing: it is exit 1 in any case",
    ),
    provoked("no-number", "A text that is not a number", ["22", "22"], DATA),
    provoked("not-null", "A NULL for a column that does not accept it", ["22", "23"], DATA),
    provoked("twice", "A second row with the same enabled key", ["23", "23"], DATA, [
      "twice",
      "twice-commit",
    ]),
  ],
};

/**
 * @param states of Vertica, of PostgreSQL; two signs are a class
 * @param also steps of which one is to fail, on Vertica
 */
function provoked(
  step: string,
  what: string,
  states: readonly [string, string],
  otherwise: string,
  also: readonly string[] = [step],
): Experiment {
  const [vertica] = states;
  const kind = vertica.length === 2 ? "class" : "SQLSTATE";
  return {
    name: `error-${step}`,
    assumed: `${what} is ${kind} ${vertica}${
      states[1] === vertica ? "" : `, of PostgreSQL ${states[1]}`
    }`,
    effect: "copes",
    otherwise,
    steps: [step],
    judge: (seen) => judge(seen, also, { vertica: states[0], embedded: states[1] }),
  };
}

function judge(
  seen: Seen,
  steps: readonly string[],
  states: Record<TrialEngine, string>,
): Verdict {
  const asked = seen.engine === "vertica" ? steps : steps.slice(0, 1);
  const failure = asked.map((step) => seen.failure(step)).find((found) => found !== undefined);
  if (failure === undefined) return notHeld("there was no error");
  const text = failureText(failure);
  return failure.sqlState?.startsWith(states[seen.engine]) ? held(text) : notHeld(text);
}
