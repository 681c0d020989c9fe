/**
 * Records of COPY's own parser (SQL reference, COPY parameters, and "Delimited data"): an escape
 * makes the next byte an ordinary one, also a delimiter, a quote or the end of the record.
 */
import { FieldForm, LONGEST_RECORD, RecordCut, type RecordCutter, Unread } from "./record.ts";
import type { DelimitedParser } from "./statement.ts";

export class DelimitedRecords implements RecordCutter {
  readonly #delimiter: number;
  readonly #terminator: number;
  readonly #enclosedBy: number;
  readonly #escape: number;
  readonly #unread = new Unread();
  readonly #cut = new RecordCut();

  constructor(parser: DelimitedParser) {
    this.#delimiter = parser.delimiter;
    this.#terminator = parser.recordTerminator.charCodeAt(0);
    this.#enclosedBy = parser.enclosedBy ?? -1;
    this.#escape = parser.escape ?? -1;
  }

  push(chunk: Uint8Array): void {
    this.#unread.push(chunk);
  }

  next(isLast: boolean): RecordCut | undefined {
    const { bytes, at } = this.#unread;
    if (at >= bytes.length) return undefined;
    const cut = this.#cut;
    cut.reset(bytes, at);
    let from = at;
    while (true) {
      const end = this.#field(bytes, from);
      if (end >= bytes.length && !isLast) return this.#incomplete(bytes.length - at);
      if (end < bytes.length && bytes[end] === this.#delimiter) {
        from = end + 1;
        continue;
      }
      cut.end = Math.min(end, bytes.length);
      this.#unread.at = cut.end + 1;
      if (cut.fields === 1 && cut.end === cut.start) cut.fields = 0;
      return cut;
    }
  }

  unescape(cut: RecordCut, field: number, to: Uint8Array, at: number): number {
    const { bytes } = cut;
    const end = cut.ends[field]!;
    let length = 0;
    for (let from = cut.starts[field]!; from < end; from++) {
      if (bytes[from] === this.#escape && from + 1 < end) from++;
      to[at + length++] = bytes[from]!;
    }
    return length;
  }

  /** Reads a field; where its delimiter or terminator is, or beyond the bytes where none came yet. */
  #field(bytes: Uint8Array, from: number): number {
    const cut = this.#cut;
    if (bytes[from] === this.#enclosedBy) {
      let form = FieldForm.Quoted;
      let close = from + 1;
      while (close < bytes.length && bytes[close] !== this.#enclosedBy) {
        if (bytes[close] === this.#escape) {
          form = FieldForm.QuotedEscaped;
          close++;
        }
        close++;
      }
      if (close >= bytes.length) {
        cut.problem = "A quoted field has no end";
        return bytes.length;
      }
      cut.add(from + 1, close, form);
      const end = close + 1;
      if (end >= bytes.length || this.#isBorder(bytes[end]!)) return end;
      cut.problem = "A quoted field goes on after its quote";
      return this.#border(bytes, end);
    }
    let form = FieldForm.Plain;
    let end = from;
    while (end < bytes.length && !this.#isBorder(bytes[end]!)) {
      if (bytes[end] === this.#escape) {
        form = FieldForm.Escaped;
        end++;
      }
      end++;
    }
    cut.add(from, Math.min(end, bytes.length), form);
    return end;
  }

  #isBorder(byte: number): boolean {
    return byte === this.#delimiter || byte === this.#terminator;
  }

  /** The end of a record that is none: only its terminator counts. */
  #border(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(this.#terminator, from);
    return end < 0 ? bytes.length : end;
  }

  #incomplete(length: number): undefined {
    if (length > LONGEST_RECORD) throw new RangeError("A record has no end");
    return undefined;
  }
}
