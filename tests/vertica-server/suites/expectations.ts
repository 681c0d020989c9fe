/**
 * What is expected of each test of a suite: a file with a line each, a word and the test's name. What
 * passes may only grow; of the rest the word says why it does not.
 */

/** Why a test does not pass, or that it does. */
export const WORDS = {
  passes: "it passes; the run fails where it does not",
  refused: "it asks for what the server refuses by design, as it cannot be known without a Vertica",
  unneeded: "it asks for what neither finpipe nor a tool beside it needs",
  chance: "it passes or fails by chance, in its own fault",
  wrong: "the server is wrong, and is to be mended",
} as const;

export type Word = keyof typeof WORDS;

/** Reads a list. @throws Error with the line that is none */
export function readExpectations(text: string): Map<string, Word> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const [, word = "", test = ""] = /^(\w+) +(\S.*)$/.exec(line) ?? [];
    if (!(word in WORDS)) throw new Error(`Not a word and a test: "${line}"`);
    return [test, word as Word];
  }));
}

/** Writes a list, sorted by test. */
export function writeExpectations(source: string, expected: ReadonlyMap<string, Word>): string {
  const count = (word: Word) => [...expected.values()].filter((found) => found === word).length;
  const words = Object.keys(WORDS) as Word[];
  const width = Math.max(...words.map((word) => word.length));
  const tests = [...expected].sort(([one], [other]) => one < other ? -1 : 1);
  return [
    `# The tests of ${source} on the test server, each with why it does not pass, or that it does:`,
    ...words.map((word) => `#   ${word.padEnd(width)} ${count(word)}: ${WORDS[word]}`),
    "# Written by: deno task vertica-suites --update",
    ...tests.map(([test, word]) => `${word.padEnd(width)} ${test}`),
    "",
  ].join("\n");
}

/** What a run came to beside what was expected. */
export interface Comparison {
  passed: number;
  all: number;
  /** Expected to pass, and did not: why. */
  lost: [test: string, reason: string][];
  /** Passed, and were not expected to. */
  won: string[];
  /** In no list. */
  unlisted: string[];
  /** Listed, and not run. */
  gone: string[];
}

export function compare(
  expected: ReadonlyMap<string, Word>,
  results: ReadonlyMap<string, string | undefined>,
): Comparison {
  const tests = [...results.keys()];
  const hasPassed = (test: string) => results.has(test) && results.get(test) === undefined;
  return {
    passed: tests.filter(hasPassed).length,
    all: results.size,
    lost: tests.filter((test) => expected.get(test) === "passes" && !hasPassed(test))
      .map((test) => [test, results.get(test)!]),
    won: tests.filter((test) => {
      const word = expected.get(test);
      return hasPassed(test) && word !== undefined && word !== "passes" && word !== "chance";
    }),
    unlisted: tests.filter((test) => !expected.has(test)),
    gone: [...expected.keys()].filter((test) => !results.has(test)),
  };
}

/** The list that a run makes of it: what passed is added, and nothing that passed is taken away. */
export function grown(
  expected: ReadonlyMap<string, Word>,
  results: ReadonlyMap<string, string | undefined>,
): Map<string, Word> {
  const next = new Map(expected);
  for (const [test, reason] of results) {
    if (reason === undefined && next.get(test) !== "chance") next.set(test, "passes");
    else if (!next.has(test)) next.set(test, "wrong");
  }
  return next;
}
