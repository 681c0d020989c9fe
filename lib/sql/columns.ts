/**
 * The types of a query's columns. A database's values come as text (`t` and `f` for booleans), and
 * leave as what the program works with.
 */
import * as v from "valibot";

/** Text as it is. */
export const text = v.string("text");

/** A whole number that a double holds exactly: a count, a position. */
export const integer = numeral(
  "a whole number up to 2^53",
  /^-?\d+$/,
  Number,
  Number.isSafeInteger,
);

/** A whole number of any size. */
export const bigInteger = numeral("a whole number", /^-?\d+$/, BigInt);

/** A decimal number, kept as the text that the database gave: it never passes through a double. */
export const decimal = numeral("a decimal number", /^-?\d*\.?\d+$/, String);

export const boolean = v.pipe(
  v.picklist(["t", "f"], "t or f"),
  v.transform((value) => value === "t"),
);

/** A date. */
export const day = point("a date", /^\d{4}-\d\d-\d\d$/, (value) => Temporal.PlainDate.from(value));

/** A naive timestamp, which is UTC. */
export const timestamp = point(
  "a timestamp",
  /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?$/,
  (value) => Temporal.PlainDateTime.from(value.replace(" ", "T")),
);

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, words.join(" or "));
}

/** A list of texts, as a JSON array. */
export const textList = v.pipe(
  v.string("a list"),
  v.parseJson(undefined, "a list"),
  v.array(v.string("a list"), "a list"),
);

/** A column that may be NULL. */
export const nullable = v.nullable;

/** A column that may be NULL, which is undefined here. */
export function optional<Output>(column: v.GenericSchema<unknown, Output>) {
  return v.pipe(nullable(column), v.transform((value) => value ?? undefined));
}

function numeral<T>(
  what: string,
  form: RegExp,
  read: (digits: string) => T,
  fits: (value: T) => boolean = () => true,
) {
  return v.pipe(v.string(what), v.regex(form, what), v.transform(read), v.check(fits, what));
}

/** A point in time. The form alone does not say that there is such a day or hour. */
function point<T>(what: string, form: RegExp, read: (text: string) => T) {
  return v.pipe(
    v.string(what),
    v.regex(form, what),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return read(dataset.value);
      } catch {
        addIssue({ message: what });
        return NEVER;
      }
    }),
  );
}
