/** Random records of a topic: events, what is none, and what a reader could take for something else. */
import { Buffer } from "node:buffer";
import { type Random, uuidOf } from "../../../lib/events/random.ts";

/** What a producer sends. */
export interface Sent {
  /** Unlike that of any other record of the plan. */
  id: number;
  partition: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: [name: string, value: Uint8Array | null][];
}

/** What there is to choose from. */
export interface RecordOptions {
  partitions: number;
  /** Every record has a key, one of some hundreds, and a null value deletes it. */
  compacted: boolean;
  /** Bytes of the largest values; they are rare. */
  large: number;
}

/** Records that are sent together before all of them are small, or the pipes take all the time. */
const SMALL_BEYOND = 500;

/** Makes one after the other; no value but null and the empty one comes twice. */
export class RecordMaker {
  readonly #random: Random;
  readonly #options: RecordOptions;
  #made = 0;

  constructor(random: Random, options: RecordOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** Some that are sent together; many of them are small. */
  some(count: number): Sent[] {
    const random = this.#random;
    const one = random.between(0, this.#options.partitions - 1);
    const spread = random.chance(0.5);
    return Array.from({ length: count }, () => {
      const partition = spread ? random.between(0, this.#options.partitions - 1) : one;
      return this.#record(partition, count > SMALL_BEYOND);
    });
  }

  /** The same once more, as a service does whose transaction was aborted. */
  again(records: readonly Sent[]): Sent[] {
    return records.map((record) => ({ ...record, id: this.#made++ }));
  }

  #record(partition: number, small: boolean): Sent {
    const random = this.#random;
    const id = this.#made++;
    const value = small ? bytes(String(id)) : this.#value(id);
    return { id, partition, key: this.#key(), value, headers: random.chance(0.2) ? HEADERS : [] };
  }

  #key(): Uint8Array | null {
    const random = this.#random;
    if (this.#options.compacted) {
      return random.chance(0.1) ? random.pick(KEYS) : bytes(`key ${random.between(1, 500)}`);
    }
    return random.chance(0.4)
      ? null
      : random.chance(0.5)
      ? random.pick(KEYS)
      : bytes(`${random.next()}`);
  }

  #value(id: number): Uint8Array | null {
    const random = this.#random;
    switch (random.pick(this.#options.compacted ? COMPACTED_KINDS : KINDS)) {
      case "null":
        return null;
      case "empty":
        return new Uint8Array();
      case "bytes":
        return Buffer.concat([random.pick(KEYS), bytes(`${id}`)]);
      case "number":
        return bytes(`${id}`);
      case "currency":
        return bytes(currency(random));
      case "transaction":
        return bytes(transaction(random, id, this.#note()));
    }
  }

  /** Something more in the payload: mostly little, now and then much that packs well or badly. */
  #note(): string {
    const random = this.#random;
    if (!random.chance(0.03)) return random.pick(["", "", "é", "платёж", "\\u00e9\\\\", "💳"]);
    const length = random.chance(0.2) ? this.#options.large : 20_000;
    if (random.chance(0.5)) return "x".repeat(length);
    const words = Array.from({ length: Math.ceil(length / 8) }, () => random.next());
    return Buffer.from(new Uint32Array(words).buffer).toString("base64").slice(0, length);
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

type Kind = "null" | "empty" | "bytes" | "number" | "currency" | "transaction";

const KINDS: readonly Kind[] = [
  ...["null", "empty", "bytes", "number", "currency", "currency"] as const,
  ...Array.from({ length: 14 }, () => "transaction" as const),
];
const COMPACTED_KINDS: readonly Kind[] = ["null", "null", ...KINDS];

/** Four bytes of zero are the key of an abort marker, and the int 0; then that of a commit marker. */
const KEYS: readonly Uint8Array[] = [
  Uint8Array.of(0, 0, 0, 0),
  Uint8Array.of(0, 0, 0, 1),
  Uint8Array.of(0, 0, 0, 2),
  new Uint8Array(),
  ...["one", "two", "three", "four", "five", "six", "seven", "eight"].map(bytes),
];

const HEADERS: Sent["headers"] = [
  ["trace", bytes("0af7651916cd43dd8448eb211c80319c")],
  ["nothing", null],
  ["trace", new Uint8Array()],
];

/** As `landedText` in `landed.ts` puts a landed row together again. */
function message(random: Random, type: string, payload: string): string {
  return `{"object_id": "${uuidOf(random)}", "object_type": "${type}", ` +
    `"sent_dttm": "2022-10-01T00:${two(random)}:${two(random)}", "payload": ${payload}}`;
}

const two = (random: Random) => String(random.between(0, 59)).padStart(2, "0");

function transaction(random: Random, id: number, note: string): string {
  return message(
    random,
    "TRANSACTION",
    `{"operation_id": "${uuidOf(random)}", "account_number_from": ${random.between(1, 999_999)}, ` +
      `"account_number_to": ${id}, "currency_code": 420, "country": "usa", "status": "done", ` +
      `"transaction_type": "sbp_incoming", "amount": ${random.between(1, 900_000)}, ` +
      `"transaction_dt": "2022-10-01 00:00:00", "note": "${note}"}`,
  );
}

function currency(random: Random): string {
  return message(
    random,
    "CURRENCY",
    '{"date_update": "2022-10-01 00:00:00", "currency_code": 430, "currency_code_with": 420, ' +
      `"currency_with_div": 1.0${random.between(1, 9)}}`,
  );
}
