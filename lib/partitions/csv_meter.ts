/**
 * Measures a partition file as it is written: rows, the exact sum of the control field, and objects
 * that have more than one row. Reads the format of the contract's section 4 and no other CSV.
 */
import type { Dataset } from "../events/dataset.ts";
import { fileColumns } from "../events/dataset.ts";
import { type Repeated, RepeatedIds } from "./repeated_ids.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;
/** Bytes at which the search for a field's end has to stop and look: 1, all others 0. */
const STOP = new Uint8Array(256);
STOP[QUOTE] = STOP[COMMA] = STOP[LF] = 1;
/** Integers up to 15 digits are exact in a double; longer ones are summed as bigint. */
const EXACT_DIGITS = 15;
const FLUSH_AT = 2 ** 52;

/** Takes the file in pieces cut anywhere. */
export class CsvMeter {
  rows = 0;
  readonly #ids = new RepeatedIds();
  readonly #controlColumn: number;
  readonly #decimals: number;
  #column = 0;
  #quoted = false;
  /** The control field of the row that is being read. */
  #digits = 0;
  #value = 0;
  #negative = false;
  #text = "";
  #exactSum = 0n;
  /** A part of the sum that is still small enough to be exact. */
  #smallSum = 0;

  constructor(dataset: Dataset) {
    const columns = fileColumns(dataset);
    this.#controlColumn = columns.findIndex(({ name }) => name === dataset.control);
    this.#decimals = columns[this.#controlColumn]!.type === "rate" ? 6 : 0;
  }

  /** The exact sum of the control field so far, as decimal text. */
  get controlTotal(): string {
    const sum = this.#exactSum + BigInt(this.#smallSum);
    if (this.#decimals === 0) return sum.toString();
    const digits = (sum < 0n ? -sum : sum).toString().padStart(this.#decimals + 1, "0");
    const sign = sum < 0n ? "-" : "";
    return `${sign}${digits.slice(0, -this.#decimals)}.${digits.slice(-this.#decimals)}`;
  }

  /** Objects with more than one row; undefined where there are none. */
  get repeated(): Repeated | undefined {
    return this.#ids.found;
  }

  push(piece: Uint8Array): void {
    const control = this.#controlColumn;
    const { length } = piece;
    let column = this.#column;
    let at = 0;
    // Where the row begins, or goes on: its first field is its object_id, which is never quoted.
    let row = 0;
    while (at < length) {
      if (this.#quoted) {
        const end = piece.indexOf(QUOTE, at);
        if (end < 0) break;
        this.#quoted = false;
        at = end + 1;
        continue;
      }
      if (column === control) {
        while (at < length && STOP[piece[at]!] === 0) this.#takeControl(piece[at++]!);
      } else while (at < length && STOP[piece[at]!] === 0) at++;
      if (at === length) break;
      const byte = piece[at++]!;
      if (byte === QUOTE) {
        this.#quoted = true;
        continue;
      }
      if (column === control) this.#endControl();
      if (byte === COMMA) {
        if (column++ === 0) {
          this.#ids.take(piece, row, at - 1);
          this.#ids.end();
        }
      } else {
        column = 0;
        row = at;
        this.rows++;
      }
    }
    if (column === 0) this.#ids.take(piece, row, length);
    this.#column = column;
  }

  /** A digit, the sign or the decimal point, which stands before exactly 6 decimals. */
  #takeControl(byte: number): void {
    if (byte === MINUS) this.#negative = true;
    else if (byte >= ZERO) {
      if (this.#digits === EXACT_DIGITS) this.#text = String(this.#value);
      if (this.#digits >= EXACT_DIGITS) this.#text += String.fromCharCode(byte);
      this.#value = this.#value * 10 + byte - ZERO;
      this.#digits++;
    }
  }

  #endControl(): void {
    if (this.#digits <= EXACT_DIGITS) {
      this.#smallSum += this.#negative ? -this.#value : this.#value;
      if (Math.abs(this.#smallSum) > FLUSH_AT) {
        this.#exactSum += BigInt(this.#smallSum);
        this.#smallSum = 0;
      }
    } else this.#exactSum += BigInt((this.#negative ? "-" : "") + this.#text);
    this.#digits = this.#value = 0;
    this.#negative = false;
    this.#text = "";
  }
}
