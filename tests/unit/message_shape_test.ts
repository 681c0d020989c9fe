/** A layout that was learned changes nothing in what a message means: only how soon that is known. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageDecoder } from "../../lib/events/message.ts";
import { rateMessage, transactionMessage } from "../support/events/messages.ts";
import { oddMessage } from "../support/events/odd_json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** All that a decoder says of a message. */
function saidOf(messages: MessageDecoder, bytes: Uint8Array, start: number, end: number) {
  if (!messages.decode(bytes, start, end)) {
    return { reason: messages.reason, field: messages.field, isObject: messages.isObject };
  }
  const text = (value: { bytes: Uint8Array; from: number; to: number }) =>
    decoder.decode(value.bytes.subarray(value.from, value.to));
  const { dataset, objectId, sentText, sent, payload, values, eventTime, millionths } = messages;
  return {
    dataset: dataset.name,
    objectId: text(objectId),
    sentText: text(sentText),
    sent: { ...sent },
    payload: text(payload),
    payloadFrom: payload.from - start,
    values: dataset.fields.map((_, i) => text(values[i]!)),
    eventTime: { ...eventTime },
    millionths: dataset.name === "currencies" ? millionths : 0n,
  };
}

/** Says the same as a decoder that knows no layout, wherever the message lies. */
function assertSame(known: MessageDecoder, message: Uint8Array, before = 0): void {
  const bytes = new Uint8Array(before + message.length + 3).fill(0x22);
  bytes.set(message, before);
  const end = before + message.length;
  const expected = saidOf(new MessageDecoder(), bytes, before, end);
  assert.deepEqual(saidOf(known, bytes, before, end), expected, decoder.decode(message));
}

const rateFields = JSON.parse(rateMessage()).payload;
/** Messages whose layouts are odd: keys twice, fields of the other dataset, nested and deep values. */
const LAYOUTS = [
  transactionMessage(),
  rateMessage(),
  transactionMessage(rateFields, { sent_dttm: "2022-10-01 12:00:00.25" }),
  transactionMessage({ note: [1, { a: [], b: {} }, "x", null, true, -0.5], amount: -12 }),
  transactionMessage().replace('"payload":', '"payload":{"status":"x"},"n":1,"payload":'),
  transactionMessage().replace('"status":', '"status":"queued","status":'),
  transactionMessage().replace('"sent_dttm":', '"sent_dttm":"0001-01-01T00:00:00","sent_dttm":'),
  transactionMessage().replaceAll(",", " ,\t").replaceAll(":{", " : {\r"),
  rateMessage().replace('"currency_with_div":1.1', '"currency_with_div":10'),
];

const layout = fc.oneof(
  { arbitrary: fc.constantFrom(...LAYOUTS), weight: 3 },
  { arbitrary: oddMessage.map(({ text }) => text), weight: 1 },
);

/** Bytes that mean something to JSON or to a value, and some that may stand nowhere. */
const BYTES = [...encoder.encode('"\\{}[]:,-+.eE0123456789 \t\r\nTRaf'), 0, 0x1f, 0x7f, 0x80, 0xc3];

interface Edit {
  at: number;
  kind: "set" | "insert" | "remove" | "swap";
  byte: number;
}

const edits = fc.array(
  fc.record({
    // The end is where something that does not belong there is overlooked.
    at: fc.oneof(fc.nat(2000), fc.constant(-1)),
    kind: fc.constantFrom<Edit["kind"]>("set", "insert", "remove", "swap"),
    byte: fc.constantFrom(...BYTES),
  }),
  { maxLength: 3 },
);

function edited(message: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const bytes = [...message];
  for (const { at, kind, byte } of edits) {
    const place = at < 0 ? bytes.length : at % (bytes.length + 1);
    if (kind === "insert") bytes.splice(place, 0, byte);
    else if (kind === "remove") bytes.splice(place, 1);
    else if (kind === "set") bytes[place] = byte;
    else if (place > 0) {
      [bytes[place], bytes[place - 1]] = [bytes[place - 1]!, bytes[place] ?? byte];
    }
  }
  return Uint8Array.from(bytes);
}

Deno.test("a message that is nearly one of a known layout ends where it would end without", () => {
  fc.assert(
    fc.property(
      fc.array(layout, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(), edits, fc.nat(5)), { minLength: 1, maxLength: 30 }),
      (layouts, messages) => {
        const known = new MessageDecoder();
        const bytes = layouts.map((text) => encoder.encode(text));
        for (const message of bytes) assertSame(known, message);
        for (const [which, changes, before] of messages) {
          assertSame(known, edited(bytes[which % bytes.length]!, changes), before);
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Values for each field, good and bad, as JSON. */
const json = fc.oneof(
  fc.constantFrom(
    ...[
      '"2022-10-01 12:00:00"',
      '"2022-10-01T12:00:00.123456"',
      '"2022-10-01T24:00:00"',
      "0",
      "-0",
    ],
    ...["007", "1.", "1.50", "-", "1e3", "12345678901234567890", "null", "true", "{}", "[]", '""'],
    ...[
      '"TRANSACTION"',
      '"CURRENCY"',
      '"a\\u0041"',
      '"\\u0000"',
      '"é"',
      '"x" ',
      ' "x"',
      "999",
      "1000",
    ],
    ...[
      '"00000000-0000-0000-0000-00000000000A"',
      '"00000000-0000-0000-0000-00000000000,"',
      '"a","b"',
    ],
  ),
  fc.string({ maxLength: 60 }).map((text) => JSON.stringify(text)),
);

Deno.test("whatever values a known layout has, they are judged as they are without it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LAYOUTS),
      fc.array(fc.tuple(fc.nat(), json), { minLength: 1, maxLength: 20 }),
      (text, values) => {
        const known = new MessageDecoder();
        assertSame(known, encoder.encode(text));
        const places = [...text.matchAll(/:\s*("[^"]*"|-?[\d.]+|null|true)/g)];
        for (const [which, value] of values) {
          const place = places[which % places.length]!;
          const from = place.index + place[0].length - place[1]!.length;
          const changed = text.slice(0, from) + value + text.slice(from + place[1]!.length);
          assertSame(known, encoder.encode(changed));
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a value that was one character away from a good one is looked at, each byte of it", () => {
  for (const text of LAYOUTS.slice(0, 2)) {
    const known = new MessageDecoder();
    assertSame(known, encoder.encode(text));
    for (let at = 0; at < text.length; at++) {
      for (const character of ["\u0001", '"', "\\", "0"]) {
        assertSame(known, encoder.encode(text.slice(0, at) + character + text.slice(at + 1)));
      }
    }
  }
});

Deno.test("a layout of one dataset is none of the other's: what only that checks is looked at", () => {
  // As a transaction date_update is any string, which a layout learned of a rate leaves to its check.
  const rate = rateMessage({ ...JSON.parse(transactionMessage()).payload, note: "x" });
  const known = new MessageDecoder();
  assertSame(known, encoder.encode(rate));
  const bad = rate.replace('"CURRENCY"', '"TRANSACTION"')
    .replace('"date_update":"2022-10-01 00:00:00"', '"date_update":"2022-10-01 1\u0001:00:00"');
  assertSame(known, encoder.encode(bad));
  const fresh = new MessageDecoder();
  fresh.decode(encoder.encode(bad), 0, bad.length);
  assert.equal(fresh.reason, "not_json");
});
