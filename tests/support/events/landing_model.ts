/** Random streams, and where each of their lines must end, worked out plainly and in memory. */
import fc from "fast-check";
import { objectId } from "../partitions/rows.ts";
import { rateMessage, transactionMessage } from "./messages.ts";

/** The clock under which the streams are landed. */
export const STREAM_CLOCK = Temporal.Instant.from("2022-10-01T12:10:00Z");
/** Seconds between the greatest sent time and the watermark. */
const DELAY = 300;
/** 2022-10-01T12:00:00, from which sent times are counted in seconds. */
const NOON = Temporal.PlainDateTime.from("2022-10-01T12:00:00");
/** Sent times beyond it do not move the watermark. */
const HORIZON = 600 + DELAY;

/** A line of a stream. */
export interface StreamLine {
  /** With its end. */
  text: string;
  kind: "version" | "rejected" | "blank";
  dataset: "transactions" | "currencies";
  /** Of a version: what it is the same by. */
  version: string;
  /** Of a version: seconds after noon. */
  sent: number;
}

/** Where a line's message ends. */
export type Place = "transactions" | "currencies" | "rejected" | "duplicate";

/** What a stream leaves in staging. */
export interface Landed {
  /** By the byte where the line begins; blank lines are no messages. */
  places: [position: number, place: Place][];
  /** As a timestamp; null before the first version that moves it. */
  watermark: string | null;
}

/** Beyond the clock. */
const futureTime = fc.constantFrom(HORIZON + 1, 100_000);

/** Of these each is the watermark that another one leaves; the rest is near it, or beyond the clock. */
const anyTime = fc.oneof(
  { arbitrary: fc.constantFrom(0, 60, DELAY, DELAY + 60, 2 * DELAY, 2 * DELAY + 60), weight: 6 },
  { arbitrary: futureTime, weight: 2 },
  { arbitrary: fc.constantFrom(-100_000, 299, 301, HORIZON), weight: 1 },
);

/** Few objects and few payloads, so that versions come again. */
const versionAt = (sent: fc.Arbitrary<number>): fc.Arbitrary<StreamLine> =>
  fc.record({
    object: fc.integer({ min: 1, max: 3 }),
    isRate: fc.boolean(),
    amount: fc.integer({ min: 1, max: 2 }),
    sent,
    upper: fc.boolean(),
    space: fc.boolean(),
    crlf: fc.boolean(),
  }).map(({ object, isRate, amount, sent, upper, space, crlf }) => {
    const id = objectId(object).replace("00000000", "abcdef00");
    const time = NOON.add({ seconds: sent }).toString({ smallestUnit: "second" });
    const envelope = {
      object_id: upper ? id.toUpperCase() : id,
      sent_dttm: space ? time.replace("T", " ") : `${time}.000`,
    };
    const message = isRate
      ? rateMessage({ currency_code: amount }, envelope)
      : transactionMessage({ amount, operation_id: id }, envelope);
    return {
      text: message + (crlf ? "\r\n" : "\n"),
      kind: "version",
      dataset: isRate ? "currencies" : "transactions",
      version: [isRate, object, sent, amount].join(),
      sent,
    };
  });

const NO_VERSION = { dataset: "transactions", version: "", sent: 0 } as const;

/** None of them holds an object that ends before the line does, which a cut would make a message. */
const rejected: fc.Arbitrary<StreamLine> = fc.constantFrom(
  "garbage\n",
  "[1, 2]\n",
  '{"object_id": 1}\n',
  '{"unfinished": \n',
  " \ufeff{}\n",
).map((text) => ({ ...NO_VERSION, text, kind: "rejected" }));

const blank: fc.Arbitrary<StreamLine> = fc.constantFrom("\n", " \t \n", "\r\n")
  .map((text) => ({ ...NO_VERSION, text, kind: "blank" }));

/** Lines, every other of which has been sent shortly before. */
function resent(line: fc.Arbitrary<StreamLine>, maxLength: number): fc.Arbitrary<StreamLine[]> {
  const back = fc.option(fc.integer({ min: 1, max: 8 }), { freq: 2 });
  return fc.array(fc.tuple(line, back), { maxLength, size: "max" }).map((given) => {
    const lines: StreamLine[] = [];
    for (const [line, back] of given) lines.push(lines.at(-(back ?? Infinity)) ?? line);
    return lines;
  });
}

/** Lines of a stream: perhaps wrong clocks first, which leave it without a watermark; then any. */
export const stream: fc.Arbitrary<StreamLine[]> = fc.tuple(
  fc.oneof(fc.constant([]), resent(versionAt(futureTime), 8)),
  resent(
    fc.oneof(
      { arbitrary: versionAt(anyTime), weight: 10 },
      { arbitrary: rejected, weight: 1 },
      { arbitrary: blank, weight: 1 },
    ),
    50,
  ),
  // A position behind it is the same however the lines before were cut.
  versionAt(anyTime),
).map(([early, lines, last]) => [...early, ...lines, last]);

/** Where the lines of a stream must end when it is landed without a stop. */
export function expectedLanding(lines: readonly StreamLine[]): Landed {
  const seen = new Set<string>();
  const places: Landed["places"] = [];
  let watermark = -Infinity;
  let position = 0;
  for (const { kind, dataset, version, sent, text } of lines) {
    if (kind === "rejected") places.push([position, "rejected"]);
    if (kind === "version") {
      const isDuplicate = sent >= watermark && seen.has(version);
      places.push([position, isDuplicate ? "duplicate" : dataset]);
      if (sent >= watermark) seen.add(version);
      if (!isDuplicate && sent <= HORIZON) watermark = Math.max(watermark, sent - DELAY);
    }
    position += new TextEncoder().encode(text).length;
  }
  return {
    places,
    watermark: watermark === -Infinity
      ? null
      : NOON.add({ seconds: watermark }).toString().replace("T", " ").padEnd(19, ":00"),
  };
}
