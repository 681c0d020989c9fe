/**
 * Bytes, cut anywhere, into records and their fields. Memory: the record that is not at its end yet,
 * and the piece that was given.
 */
import { Buffer } from "node:buffer";
import { VerticaError } from "../../engine.ts";
import type { RecordFormat } from "./options.ts";

/** Bytes of the largest record; Vertica's LONG VARCHAR ends there. */
const MAX_RECORD = 32_000_000;

/** A record; its fields and all of it a string of bytes each, as Latin-1, so that what is no UTF-8 stays what it is. */
export interface DataRecord {
  readonly fields: Field[];
  /** As it came, without its terminator; only until the next record is asked for. */
  readonly raw: string;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

export interface Field {
  text: string;
  isQuoted: boolean;
}

export class RecordReader {
  readonly #format: RecordFormat;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #terminator: Buffer;
  #rest: Buffer[] = [];
  #size = 0;
  /** Bytes at which a look for the end of the record is worth it again. */
  #next = 0;

  constructor(format: RecordFormat) {
    this.#format = format;
    this.#delimiter = format.delimiter.charCodeAt(0);
    this.#quote = format.quote?.charCodeAt(0) ?? -1;
    this.#escape = format.escape?.charCodeAt(0) ?? -1;
    this.#terminator = Buffer.from(format.terminator, "latin1");
  }

  /** The records that are whole with these bytes. @throws VerticaError for one that is too large */
  *push(bytes: Uint8Array): Generator<DataRecord> {
    // A copy: the caller may use its buffer again.
    this.#rest.push(Buffer.from(bytes));
    this.#size += bytes.length;
    // A record over many pieces is looked through anew only when it has doubled.
    if (this.#size >= this.#next) yield* this.#read(false);
  }

  /** What is left when no more comes: a last record needs no terminator. */
  *end(): Generator<DataRecord> {
    yield* this.#read(true);
  }

  *#read(isEnd: boolean): Generator<DataRecord> {
    const data = Buffer.concat(this.#rest);
    let at = 0;
    while (at < data.length) {
      const found = this.#record(data, at, isEnd);
      if (found === undefined) break;
      yield found.record;
      at = found.end;
    }
    const rest = data.subarray(at);
    if (rest.length > MAX_RECORD) {
      throw new VerticaError("54000", 0, `COPY: a record has more than ${MAX_RECORD} bytes`);
    }
    this.#rest = [rest];
    this.#size = rest.length;
    this.#next = rest.length * 2;
  }

  /** The record that begins there; undefined where its end is not there yet. */
  #record(
    data: Buffer,
    start: number,
    isEnd: boolean,
  ): { record: DataRecord; end: number } | undefined {
    const fields: Field[] = [];
    let problem: string | undefined;
    let at = start;
    while (true) {
      const isQuoted = data[at] === this.#quote;
      const field = isQuoted ? this.#quoted(data, at + 1) : this.#plain(data, at);
      if (field.end === data.length && !isEnd) return undefined;
      fields.push({ text: field.text, isQuoted });
      problem ??= field.problem;
      at = field.end;
      if (at >= data.length) break;
      if (data[at] === this.#delimiter) at++;
      else break;
      if (at === data.length && !isEnd) return undefined;
    }
    // A terminator of several bytes may be cut.
    if (at < data.length && !this.#isTerminator(data, at)) return undefined;
    const record = new BytesRecord(fields, problem, data.subarray(start, at));
    return { record, end: Math.min(data.length, at + this.#terminator.length) };
  }

  #isTerminator(data: Buffer, at: number): boolean {
    const terminator = this.#terminator;
    if (data[at] !== terminator[0]) return false;
    for (let index = 1; index < terminator.length; index++) {
      if (data[at + index] !== terminator[index]) return false;
    }
    return true;
  }

  /** Up to a delimiter or terminator. */
  #plain(data: Buffer, start: number): Part {
    const first = this.#terminator[0];
    let problem: string | undefined;
    let text = "";
    let from = start;
    let at = start;
    for (; at < data.length; at++) {
      const byte = data[at]!;
      if (byte === this.#delimiter) break;
      if (byte === first && this.#isTerminator(data, at)) break;
      if (byte === this.#escape) {
        text += data.toString("latin1", from, at);
        from = ++at;
        if (at >= data.length) problem = "Nothing behind an escape";
      } else if (byte === this.#quote && this.#format.isDoubled) {
        problem = "Quote in a field that does not begin with one";
      }
    }
    at = Math.min(at, data.length);
    text += data.toString("latin1", from, at);
    return { text, end: at, ...(problem === undefined ? {} : { problem }) };
  }

  /** Behind the first quote. */
  #quoted(data: Buffer, start: number): Part {
    let text = "";
    let from = start;
    let at = start;
    for (; at < data.length; at++) {
      const byte = data[at]!;
      if (byte === this.#escape) {
        text += data.toString("latin1", from, at);
        from = ++at;
      } else if (byte === this.#quote) {
        text += data.toString("latin1", from, at);
        if (!this.#format.isDoubled || data[at + 1] !== this.#quote) {
          return this.#behind(data, at + 1, text);
        }
        from = ++at;
      }
    }
    text += data.toString("latin1", from, data.length);
    return { text, end: data.length, problem: "No closing quote" };
  }

  /** Behind the closing quote: nothing more may come but the field's end. */
  #behind(data: Buffer, start: number, text: string): Part {
    const { end } = this.#plain(data, start);
    return end === start ? { text, end } : { text, end, problem: "Text behind a closing quote" };
  }
}

interface Part {
  text: string;
  /** Where the delimiter or terminator stands, or the data ends. */
  end: number;
  problem?: string;
}

/** Most records are never asked for their text. */
class BytesRecord implements DataRecord {
  constructor(
    readonly fields: Field[],
    readonly problem: string | undefined,
    readonly bytes: Buffer,
  ) {}

  get raw(): string {
    return this.bytes.toString("latin1");
  }
}
