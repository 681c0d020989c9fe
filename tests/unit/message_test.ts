import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageDecoder } from "../../lib/events/message.ts";

const encoder = new TextEncoder();
const text = (value: { bytes: Uint8Array; from: number; to: number }) =>
  new TextDecoder().decode(value.bytes.subarray(value.from, value.to));

/** How a message ends: the dataset, or reason and field as in hostile.tsv. */
function outcome(decoder: MessageDecoder, message: string | Uint8Array): string {
  const bytes = typeof message === "string" ? encoder.encode(message) : message;
  if (decoder.decode(bytes, 0, bytes.length)) return decoder.dataset.name;
  return decoder.field === null ? decoder.reason : `${decoder.reason}:${decoder.field}`;
}

Deno.test("MessageDecoder ends each hostile line where it must end", () => {
  const decoder = new MessageDecoder();
  const bytes = Deno.readFileSync(new URL("../fixtures/hostile.jsonl", import.meta.url));
  const expected = Deno.readTextFileSync(new URL("../fixtures/hostile.tsv", import.meta.url))
    .trimEnd().split("\n").map((line) => line.split("\t") as [string, string]);
  let at = 0;
  for (const [number, ending] of expected) {
    const end = bytes.indexOf(10, at);
    const actual = outcome(decoder, bytes.subarray(at, end));
    // Whether an accepted version is a duplicate is the window's to say.
    if (ending === "duplicate") assert.match(actual, /^(transactions|currencies)$/, number);
    else assert.equal(actual, ending, `line ${number}`);
    at = end + 1;
  }
});

/** JSON text of any value with white space and escapes thrown in. */
const space = fc.constantFrom("", "", " ", "\t", "\r\n", "  ");
const jsonString = fc.string({ unit: "binary" }).chain((value) =>
  fc.constantFrom(
    JSON.stringify(value.toWellFormed().replaceAll("\0", "x")),
    JSON.stringify(value.toWellFormed().replaceAll("\0", "x")).replaceAll(
      /[a-z]/g,
      (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
    ).replaceAll(/\\\\u00(6e|72|74|62|66)/g, "\\\\u00$1"),
  )
).filter((literal) => {
  try {
    return !JSON.parse(literal).includes("\0");
  } catch {
    return false;
  }
});
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("null", "true", "false", "0", "-0", "1.5", "1E+9", "-12.0e-3"),
    jsonString,
    fc.tuple(space, fc.array(tie("value"), { maxLength: 3 }), space).map(([a, items, b]) =>
      `[${a}${items.join(`${b},${a}`)}${b}]`
    ),
    fc.tuple(space, fc.array(fc.tuple(jsonString, tie("value")), { maxLength: 3 }), space).map((
      [a, members, b],
    ) => `{${a}${members.map(([key, value]) => `${key}${b}:${a}${value}`).join(`,${a}`)}${b}}`),
  ),
}));

Deno.test("MessageDecoder accepts as JSON what JSON.parse accepts", () => {
  const decoder = new MessageDecoder();
  const edits = fc.tuple(
    jsonText,
    fc.nat(),
    fc.constantFrom("", ",", "]", "}", '"', "\\", "0", "e", "-", " "),
  );
  fc.assert(
    fc.property(edits, ([json, where, insert]) => {
      const at = where % (json.length + 1);
      const edited = (json.slice(0, at) + insert + json.slice(at)).toWellFormed();
      let valid = true;
      try {
        JSON.parse(edited);
      } catch {
        valid = false;
      }
      const ending = outcome(decoder, edited);
      assert.equal(ending !== "not_json" && ending !== "empty", valid, edited);
    }),
    { numRuns: 3000 },
  );
});

const envelope = { object_id: "64878330-cdd1-54c6-afca-ef9aeef43e0f", object_type: "CURRENCY" };

Deno.test("MessageDecoder cuts the payload out as its characters stand", () => {
  const decoder = new MessageDecoder();
  const rate = (extra: string[]) =>
    `{${
      [
        '"date_update": "2022-10-04 00:00:00"',
        '"currency_code":430',
        '"currency_code_with" : 420',
        '"currency_with_div":1.25',
        ...extra,
      ].join(", ")
    } }`;
  const member = fc.tuple(jsonString, jsonText).map(([key, value]) => `${key}: ${value}`);
  fc.assert(
    fc.property(
      fc.array(member, { maxLength: 3 }),
      fc.array(member, { maxLength: 3 }),
      fc.boolean(),
      jsonText,
      (inside, outside, twice, other) => {
        const payload = rate(inside);
        const message = `{ ${
          [
            ...outside,
            `"object_id":"${envelope.object_id}"`,
            ...(twice ? [`"payload": ${other}`] : []),
            `"object_type" :"CURRENCY"`,
            `"p\\u0061yload"\t:\r\n${payload}`,
            `"sent_dttm":"2022-10-04T10:00:00"`,
          ].join(" ,")
        }}`;
        if (outcome(decoder, message) !== "currencies") {
          // A member that overrides one of ours is a fair reason to reject.
          const names = [...inside, ...outside].map((pair) => JSON.parse(`{${pair}}`));
          assert.ok(names.length > 0, message);
          return;
        }
        assert.equal(text(decoder.payload), payload);
        assert.equal(text(decoder.values[3]!), "1.250000");
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("MessageDecoder keeps the last of a key given twice, and its payload whole", () => {
  const decoder = new MessageDecoder();
  const last =
    '{"date_update":"2022-10-04 00:00:00","currency_code":1,"currency_code":2,"currency_code_with":3,"currency_with_div":4}';
  const message = `{"payload":{"currency_code":9,"bad":[{"payload":{}}]},"payload":${last},` +
    `"object_id":"${envelope.object_id}","object_type":"CURRENCY","sent_dttm":"2022-10-04T10:00:00"}`;
  assert.equal(outcome(decoder, message), "currencies");
  assert.equal(text(decoder.payload), last);
  assert.equal(text(decoder.values[1]!), "2");
});

Deno.test("MessageDecoder takes fields from the payload alone, wherever others of their names stand", () => {
  const decoder = new MessageDecoder();
  const payload =
    '{"date_update":"2022-10-04 00:00:00","currency_code":1,"currency_code_with":3,"currency_with_div":4,' +
    '"deeper":{"currency_code":[]}}';
  const others = ['"other":{"currency_code":null,"payload":{}}', '"list":[{"currency_code":"x"}]'];
  const members = [`"payload":${payload}`, ...others];
  for (const order of [members, members.toReversed()]) {
    const message = `{${order.join(",")},"object_id":"${envelope.object_id}",` +
      `"object_type":"CURRENCY","sent_dttm":"2022-10-04T10:00:00"}`;
    assert.equal(outcome(decoder, message), "currencies");
    assert.deepEqual([text(decoder.payload), text(decoder.values[1]!)], [payload, "1"]);
  }
});

Deno.test("MessageDecoder takes a key with a byte order mark for another one, also where it has escapes", () => {
  const decoder = new MessageDecoder();
  for (const key of ["currency_code", "currency\\u005fcode"]) {
    const message = `{"object_id":"${envelope.object_id}","object_type":"CURRENCY",` +
      `"sent_dttm":"2022-10-04T10:00:00","payload":{"date_update":"2022-10-04 00:00:00",` +
      `"currency_code":1,"\ufeff${key}":2,"currency_code_with":3,"currency_with_div":4}}`;
    assert.equal(outcome(decoder, message), "currencies");
    assert.equal(text(decoder.values[1]!), "1", key);
  }
});

Deno.test("MessageDecoder takes surrogates in pairs alone, high before low", () => {
  const decoder = new MessageDecoder();
  const units = ["d800", "dbff", "dc00", "dfff", "0041"];
  fc.assert(fc.property(fc.array(fc.constantFrom(...units), { maxLength: 4 }), (chosen) => {
    const string = `"${chosen.map((unit) => `\\u${unit}`).join("")}"`;
    const expected = JSON.parse(string).isWellFormed() ? "missing_field:object_id" : "bad_text";
    assert.equal(outcome(decoder, `{"x":${string}}`), expected, string);
  }));
});

Deno.test("MessageDecoder does not take fields of an earlier payload for those of the last", () => {
  const decoder = new MessageDecoder();
  const message = `{"payload":{"date_update":"2022-10-04 00:00:00","currency_code":1,` +
    `"currency_code_with":3,"currency_with_div":4},"payload":{"x":1},` +
    `"object_id":"${envelope.object_id}","object_type":"CURRENCY","sent_dttm":"2022-10-04T10:00:00"}`;
  assert.equal(outcome(decoder, message), "missing_field:date_update");
});
