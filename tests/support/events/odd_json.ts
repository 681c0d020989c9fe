/** JSON of valid messages as no serialiser writes it: odd spaces, escapes, orders, repeated keys. */
import fc from "fast-check";

/** A message with the characters of its payload, and the columns that it must give. */
export interface OddMessage {
  dataset: "transactions" | "currencies";
  /** One line, without its end. */
  text: string;
  payload: string;
  /** By column, in PostgreSQL's text form. */
  columns: Record<string, string>;
}

/** The text of a JSON value, and the text of its column. */
interface Value {
  json: string;
  column: string;
}

/** No LF, which ends a line. */
const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\r"), maxLength: 2 });

/** Any text that a message may hold: no U+0000, no lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((value) => value.replaceAll("\0", "")),
  fc.string({ unit: fc.constantFrom(..."\\\"\t\n\r,'%N.{}[]:/ é€𝄞\u2028"), maxLength: 20 }),
);

const SHORT_ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A string's JSON; each character as it is, by its short escape or by its number. */
function stringJson(value: string): fc.Arbitrary<string> {
  const characters = [...value];
  return fc.array(fc.nat(9), { minLength: characters.length, maxLength: characters.length })
    .map((choices) => `"${characters.map((char, i) => written(char, choices[i]!)).join("")}"`);
}

function written(char: string, choice: number): string {
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
  const numbered = units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  const short = SHORT_ESCAPES[char];
  if (choice >= 8) return numbered;
  if (choice >= 6 && short !== undefined) return short;
  const mayBeBare = char >= " " && char !== '"' && char !== "\\";
  return mayBeBare ? char : short ?? numbered;
}

const textValue = text.chain((column) => stringJson(column).map((json) => ({ json, column })));

const int64 = fc.oneof(
  fc.bigInt({ min: -9223372036854775807n, max: 9223372036854775807n }),
  fc.constantFrom(9007199254740993n, -9223372036854775807n, 9223372036854775807n, 0n),
);
const int64Value = fc.tuple(int64, fc.boolean()).map(([value, minus]) => ({
  json: value === 0n && minus ? "-0" : String(value),
  column: String(value),
}));

const codeValue = fc.integer({ min: 0, max: 999 })
  .map((code) => ({ json: String(code), column: String(code) }));

/** Written plainly, with zeros behind, or with an exponent. */
const rateValue = fc.tuple(fc.bigInt({ min: 1n, max: 999999999999999999n }), fc.nat(2))
  .map(([millionths, form]) => {
    const digits = String(millionths).padStart(7, "0");
    const column = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    const json = [column, column + "000", `${millionths}E-6`][form]!;
    return { json, column };
  });

const timestampValue = fc.record({
  year: fc.integer({ min: 1, max: 9999 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  second: fc.integer({ min: 0, max: 86399 }),
  fraction: fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 6 }),
  separator: fc.constantFrom("T", " "),
}).map(({ year, month, day, second, fraction, separator }) => {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  const time = [second / 3600, second / 60 % 60, second % 60].map(Math.floor).map(two).join(":");
  const written = fraction === "" ? "" : `.${fraction}`;
  const kept = fraction.replace(/0+$/, "");
  return {
    json: `"${date}${separator}${time}${written}"`,
    column: `${date} ${time}${kept === "" ? "" : `.${kept}`}`,
  };
});

const uuidValue = fc.tuple(fc.uuid(), fc.boolean()).map(([id, upper]) => ({
  json: `"${upper ? id.toUpperCase() : id}"`,
  column: id,
}));

const transactionFields = {
  operation_id: uuidValue,
  account_number_from: int64Value,
  account_number_to: int64Value,
  currency_code: codeValue,
  country: textValue,
  status: textValue,
  transaction_type: textValue,
  amount: int64Value,
  transaction_dt: timestampValue,
};

const currencyFields = {
  date_update: timestampValue,
  currency_code: codeValue,
  currency_code_with: codeValue,
  currency_with_div: rateValue,
};

/** What may stand where finpipe does not look, and under which key. */
const extra = fc.tuple(
  fc.constantFrom("x", "Payload", "payload ", "object_id2", "ключ", "{", "}"),
  fc.constantFrom(
    "null",
    "-1.5e+3",
    '"}"',
    '"\\\\"',
    "{}",
    '[{"payload":{"amount":1}},"\\""]',
    '{"amount":[],"date_update":null}',
    "0",
  ),
);

/** An object's JSON: its members in any order, with spaces, and some given before what counts. */
function objectJson(members: [key: string, json: string][]): fc.Arbitrary<string> {
  return fc.record({
    extras: fc.array(extra, { maxLength: 2 }),
    order: fc.array(fc.nat(), { minLength: members.length + 2, maxLength: members.length + 2 }),
    spaces: fc.array(space, { minLength: 8, maxLength: 8 }),
    repeated: fc.option(fc.nat(members.length - 1)),
  }).chain(({ extras, order, spaces, repeated }) => {
    const all = [...members, ...extras]
      .map((member, i) => ({ member, key: order[i] ?? 0 }))
      .sort((one, other) => one.key - other.key)
      .map(({ member }) => member);
    // A key given twice counts as its last: the first is of any type.
    if (repeated !== null) all.unshift([members[repeated]![0], '{"amount":[]}']);
    return fc.tuple(...all.map(([key]) => stringJson(key))).map((keys) => {
      let used = 0;
      const gap = () => spaces[used++ % spaces.length]!;
      const parts = all.map(([, json], i) => `${gap()}${keys[i]}${gap()}:${gap()}${json}${gap()}`);
      return `{${parts.join(",")}}`;
    });
  });
}

function messageOf(
  dataset: OddMessage["dataset"],
  objectType: string,
  fields: Record<string, fc.Arbitrary<Value>>,
): fc.Arbitrary<OddMessage> {
  return fc.record({ object_id: uuidValue, sent_dttm: timestampValue, fields: fc.record(fields) })
    .chain(({ object_id, sent_dttm, fields }) => {
      const members = Object.entries(fields);
      return objectJson(members.map(([key, { json }]) => [key, json])).chain((payload) =>
        fc.tuple(
          stringJson(objectType).chain((type) =>
            objectJson([
              ["object_id", object_id.json],
              ["object_type", type],
              ["sent_dttm", sent_dttm.json],
              ["payload", payload],
            ])
          ),
          space,
        ).map(([text, gap]) => ({
          dataset,
          text: gap.replaceAll("\r", " ") + text,
          payload,
          columns: {
            object_id: object_id.column,
            object_type: objectType,
            sent_dttm: sent_dttm.column,
            ...Object.fromEntries(members.map(([key, { column }]) => [key, column])),
          },
        }))
      );
    });
}

/** A valid message of either dataset. */
export const oddMessage: fc.Arbitrary<OddMessage> = fc.oneof(
  messageOf("transactions", "TRANSACTION", transactionFields),
  messageOf("currencies", "CURRENCY", currencyFields),
);
