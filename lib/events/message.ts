/**
 * A message's bytes become a version of an object, or a rejection with a reason (contract, section 1,
 * checked in its order).
 */
import { CURRENCIES, type Dataset, type Field, TRANSACTIONS } from "./dataset.ts";
import { JsonScanner, Kind } from "./json_scanner.ts";
import { unescape } from "./json_text.ts";
import { MessageShape } from "./message_shape.ts";
import {
  formatMillionths,
  isCurrencyCode,
  isInt64,
  MAX_TEXT_BYTES,
  type Moment,
  rateInMillionths,
  readTimestamp,
  readUuid,
} from "./values.ts";

/** Why a message is rejected: a closed list. `not_storable` is the database's, not the decoder's. */
export const REASONS = [
  "too_large",
  "empty",
  "not_utf8",
  "not_json",
  "too_deep",
  "not_object",
  "bad_text",
  "missing_field",
  "unknown_type",
  "bad_value",
  "not_storable",
] as const;

export type Reason = (typeof REASONS)[number];

/** `too_large` above this many bytes, unless told otherwise. */
export const DEFAULT_MAX_MESSAGE_BYTES = 10_000_000;

const ENVELOPE = ["object_id", "object_type", "sent_dttm", "payload"];
const FIELD_NAMES = [
  ...new Set([...TRANSACTIONS.fields, ...CURRENCIES.fields].map(({ name }) => name)),
];
const OBJECT_ID = 0;
const OBJECT_TYPE = 1;
const SENT_DTTM = 2;
const PAYLOAD = 3;

/** A field with the slot that the scanner gives it. */
interface FieldSlot extends Field {
  readonly slot: number;
}

const FIELDS = new Map<Dataset, readonly FieldSlot[]>(
  [TRANSACTIONS, CURRENCIES].map((dataset) => [
    dataset,
    dataset.fields.map((field) => ({
      ...field,
      slot: ENVELOPE.length + FIELD_NAMES.indexOf(field.name),
    })),
  ]),
);

const OBJECT_TYPES = [TRANSACTIONS, CURRENCIES].map((dataset) => ({
  dataset,
  bytes: new TextEncoder().encode(dataset.objectType),
}));

/** Layouts that are known at once: each dataset of a producer has one. */
const MOST_SHAPES = 4;
/** Messages of unknown layout between two that are learned: it costs as much as decoding some. */
const LEARN_EVERY = 16;

/** A layout, and the dataset whose checks it counts on. */
interface KnownShape {
  shape: MessageShape;
  dataset: Dataset;
}

/** A value that was checked: its bytes lie in `bytes[from, to)`, without quotes and escapes. */
export interface Value {
  bytes: Uint8Array;
  from: number;
  to: number;
}

/**
 * Decodes messages one after the other. The fields describe the last one and are only good until
 * the next: an object a message would cost more than decoding it.
 */
export class MessageDecoder {
  /** The dataset of an accepted message. */
  dataset: Dataset = TRANSACTIONS;
  /** Why the last message was rejected. */
  reason: Reason = "empty";
  /** The field that the reason names, or null. */
  field: string | null = null;
  /** object_id, 36 characters of any case. */
  readonly objectId: Value = emptyValue();
  /** Its 16 bytes. */
  readonly objectUuid: Uint8Array = new Uint8Array(16);
  /** sent_dttm as it stands in the message. */
  readonly sentText: Value = emptyValue();
  /** sent_dttm by value. */
  readonly sent: Moment = { seconds: 0, micros: 0 };
  /** The payload's own characters, from `{` to `}`. */
  readonly payload: Value = emptyValue();
  /** The dataset's fields, in its order. */
  readonly values: Value[] = Array.from({ length: TRANSACTIONS.fields.length }, emptyValue);

  /** The dataset's UUID, of which it has one at most, by value. */
  readonly uuid: Uint8Array = new Uint8Array(16);
  /** The dataset's event time by value. */
  readonly eventTime: Moment = { seconds: 0, micros: 0 };
  /** Of a currency the rate by value, in millionths. */
  millionths = 0n;

  readonly #scanner = new JsonScanner(ENVELOPE, FIELD_NAMES, "payload");
  readonly #shapes: KnownShape[] = [];
  /** The one that a message agreed with last, or learned last. */
  #shape = 0;
  #unlearned = LEARN_EVERY;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #objectType: Value = emptyValue();
  #bytes: Uint8Array = new Uint8Array();

  /** The last message was JSON and an object, whether it was accepted or not. */
  get isObject(): boolean {
    return this.reason !== "empty" && this.reason !== "not_utf8" && this.reason !== "not_json" &&
      this.#scanner.rootKind === Kind.OBJECT;
  }

  /** Decodes `bytes[start, end)`, a message without its line's end. False: see {@link reason}. */
  decode(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    if (this.#decodeKnown(start, end)) return true;
    if (!this.#decodeAny(start, end)) return false;
    if (++this.#unlearned >= LEARN_EVERY) this.#learn(start, end);
    return true;
  }

  /**
   * Decodes a message of a known layout whose values are all accepted. Of any other it says nothing:
   * why a message is rejected is found without a layout.
   */
  #decodeKnown(start: number, end: number): boolean {
    const shapes = this.#shapes;
    for (let tried = 0; tried < shapes.length; tried++) {
      const known = shapes[this.#shape]!;
      if (known.shape.match(this.#scanner, this.#bytes, start, end)) {
        // Some strings are not checked by the layout, but by the checks of its own dataset.
        return this.#checkEnvelope() && this.dataset === known.dataset && this.#checkPayload();
      }
      this.#shape = (this.#shape + 1) % shapes.length;
    }
    return false;
  }

  #learn(start: number, end: number): void {
    this.#unlearned = 0;
    const { dataset } = this;
    const slots = FIELDS.get(dataset)!
      .filter(({ type }) => type === "uuid" || type === "timestamp")
      .map(({ slot }) => slot);
    const checked = new Set([OBJECT_ID, SENT_DTTM, ...slots]);
    const shape = MessageShape.learn(
      this.#scanner,
      this.#bytes.subarray(0, end),
      start,
      end,
      PAYLOAD,
      (slot) => checked.has(slot),
    );
    if (shape === undefined) return;
    // The one after the last used is the one unused for longest, or nearly so.
    const { length } = this.#shapes;
    this.#shape = length < MOST_SHAPES ? length : (this.#shape + 1) % MOST_SHAPES;
    this.#shapes[this.#shape] = { shape, dataset };
  }

  #decodeAny(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const scanner = this.#scanner;
    if (!scanner.scan(bytes, start, end)) {
      if (isBlank(bytes, start, end)) return this.#reject("empty");
      return this.#reject(this.#isUtf8(start, end) ? "not_json" : "not_utf8");
    }
    if (scanner.hasHighBytes && !this.#isUtf8(start, end)) return this.#reject("not_utf8");
    if (scanner.tooDeep) return this.#reject("too_deep");
    if (scanner.rootKind !== Kind.OBJECT) return this.#reject("not_object");
    if (scanner.badText) return this.#reject("bad_text");
    return this.#checkEnvelope() && this.#checkPayload();
  }

  #checkEnvelope(): boolean {
    if (this.#isMissing(OBJECT_ID)) return this.#reject("missing_field", "object_id");
    const { objectId } = this;
    if (
      !this.#readText(OBJECT_ID, objectId) ||
      !readUuid(objectId.bytes, objectId.from, objectId.to, this.objectUuid)
    ) return this.#reject("bad_value", "object_id");
    if (this.#isMissing(OBJECT_TYPE)) return this.#reject("missing_field", "object_type");
    const dataset = this.#readDataset();
    if (dataset === undefined) return this.#reject("unknown_type", "object_type");
    this.dataset = dataset;
    if (this.#isMissing(SENT_DTTM)) return this.#reject("missing_field", "sent_dttm");
    const { sentText } = this;
    if (
      !this.#readText(SENT_DTTM, sentText) ||
      !readTimestamp(sentText.bytes, sentText.from, sentText.to, this.sent)
    ) return this.#reject("bad_value", "sent_dttm");
    if (this.#isMissing(PAYLOAD)) return this.#reject("missing_field", "payload");
    const scanner = this.#scanner;
    if (scanner.kinds[PAYLOAD] !== Kind.OBJECT) return this.#reject("bad_value", "payload");
    this.payload.bytes = this.#bytes;
    this.payload.from = scanner.starts[PAYLOAD]!;
    this.payload.to = scanner.ends[PAYLOAD]!;
    return true;
  }

  #checkPayload(): boolean {
    const fields = FIELDS.get(this.dataset)!;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      if (this.#isMissing(field.slot)) return this.#reject("missing_field", field.name);
      if (!this.#readField(field, this.values[i]!)) return this.#reject("bad_value", field.name);
    }
    return true;
  }

  /** Reads a field's value in the form of its column; false where the type does not accept it. */
  #readField({ type, slot }: FieldSlot, value: Value): boolean {
    switch (type) {
      case "uuid":
        return this.#readText(slot, value) &&
          readUuid(value.bytes, value.from, value.to, this.uuid);
      case "text":
        return this.#readText(slot, value) && value.to - value.from <= MAX_TEXT_BYTES;
      case "timestamp":
        return this.#readText(slot, value) &&
          readTimestamp(value.bytes, value.from, value.to, this.eventTime);
      case "int64":
      case "currency_code": {
        if (this.#scanner.kinds[slot] !== Kind.INTEGER) return false;
        this.#pointAt(slot, value);
        const isAccepted = type === "int64"
          ? isInt64(value.bytes, value.from, value.to)
          : isCurrencyCode(value.bytes, value.from, value.to);
        if (!isAccepted) return false;
        // `-0` is 0.
        if (value.bytes[value.from] === 0x2d && value.bytes[value.from + 1] === 0x30) value.from++;
        return true;
      }
      case "rate":
        return this.#readRate(slot, value);
    }
  }

  #readRate(slot: number, value: Value): boolean {
    const kind = this.#scanner.kinds[slot];
    if (kind !== Kind.INTEGER && kind !== Kind.DECIMAL) return false;
    this.#pointAt(slot, value);
    const millionths = rateInMillionths(asciiOf(value));
    if (millionths === undefined) return false;
    this.millionths = millionths;
    setText(value, formatMillionths(millionths));
    return true;
  }

  #readDataset(): Dataset | undefined {
    const value = this.#objectType;
    if (!this.#readText(OBJECT_TYPE, value)) return undefined;
    for (let i = 0; i < OBJECT_TYPES.length; i++) {
      const { dataset, bytes } = OBJECT_TYPES[i]!;
      if (bytes.length !== value.to - value.from) continue;
      let at = 0;
      while (at < bytes.length && bytes[at] === value.bytes[value.from + at]) at++;
      if (at === bytes.length) return dataset;
    }
    return undefined;
  }

  /** Points `value` at the characters of a string; false where it is none. */
  #readText(slot: number, value: Value): boolean {
    const kind = this.#scanner.kinds[slot];
    if (kind === Kind.STRING) this.#pointAt(slot, value);
    else if (kind === Kind.ESCAPED) {
      setText(value, unescape(this.#bytes, this.#scanner.starts[slot]!, this.#scanner.ends[slot]!));
    } else return false;
    return true;
  }

  #pointAt(slot: number, value: Value): void {
    value.bytes = this.#bytes;
    value.from = this.#scanner.starts[slot]!;
    value.to = this.#scanner.ends[slot]!;
  }

  #isMissing(slot: number): boolean {
    return this.#scanner.kinds[slot]! <= Kind.NULL;
  }

  #isUtf8(start: number, end: number): boolean {
    try {
      this.#utf8.decode(this.#bytes.subarray(start, end));
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  #reject(reason: Reason, field: string | null = null): false {
    this.reason = reason;
    this.field = field;
    return false;
  }
}

function emptyValue(): Value {
  return { bytes: new Uint8Array(), from: 0, to: 0 };
}

function setText(value: Value, text: string): void {
  value.bytes = new TextEncoder().encode(text);
  value.from = 0;
  value.to = value.bytes.length;
}

function asciiOf({ bytes, from, to }: Value): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** True where there is nothing but JSON's white space. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
