/** What commander says of a command line that it cannot read, in finpipe's words. */
import { printable } from "../lib/runtime/printable.ts";
import { capitalized, oneOf } from "../lib/runtime/words.ts";

/** What was wrong, and what may have been meant. */
export interface UsageText {
  message: string;
  suggestion: string | undefined;
}

/** commander's sentences (15.1.0, `lib/command.js`), and finpipe's in their place. */
const SENTENCES: readonly [RegExp, (...parts: string[]) => string][] = [
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*?)\.?$/s,
    (option, value, why) => `Cannot use ${option} "${value}": ${whyNot(why!)}`,
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '([\w-]+)'\. (.*?)\.?$/s,
    (value, argument, why) => `Cannot use ${argument} "${value}": ${whyNot(why!)}`,
  ],
  [
    /^too many arguments(?: for '([\w-]+)')?\. Expected (\d+) arguments? but got \d+: (.*)\.$/s,
    (command, most, given) => {
      const takes = most === "0"
        ? "no argument"
        : most === "1"
        ? "1 argument"
        : `${most} arguments`;
      return `Cannot use "${given!.split(", ").slice(Number(most)).join(" ")}": ${
        command ?? "finpipe"
      } takes ${takes}`;
    },
  ],
  [/^missing required argument '([\w-]+)'$/, (argument) => `The argument "${argument}" is missing`],
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument missing$/,
    (option) => `Cannot use ${option}: its value is missing`,
  ],
  [/^unknown option '(.*)'$/s, (option) => `There is no option "${option}"`],
  [/^unknown command '(.*)'$/s, (command) => `There is no command "${command}"`],
];

/** @param text of commander's error */
export function usageTextOf(text: string): UsageText {
  const [, message, suggestion] = /^(?:error: )?(.*?)(?:\n\((.*)\))?$/s.exec(text)!;
  return { message: printable(reworded(message!)), suggestion };
}

function reworded(message: string): string {
  for (const [pattern, word] of SENTENCES) {
    const parts = pattern.exec(message);
    if (parts !== null) return word(...parts.slice(1));
  }
  return capitalized(message);
}

function whyNot(why: string): string {
  const [, choices] = /^Allowed choices are (.*)$/.exec(why) ?? [];
  return choices === undefined
    ? why.charAt(0).toLowerCase() + why.slice(1)
    : `it must be ${oneOf(choices.split(", "))}`;
}
