/**
 * Records of fcsvparser with type='rfc4180' (SQL reference, FCSVPARSER): comma, double quotes,
 * doubled inside quotes, LF or CRLF after each record, both also inside of quotes.
 */
import { FieldForm, LONGEST_RECORD, RecordCut, type RecordCutter, Unread } from "./record.ts";

const COMMA = 0x2c;
const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

export class CsvRecords implements RecordCutter {
  readonly #unread = new Unread();
  readonly #cut = new RecordCut();

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
      const end = bytes[from] === QUOTE
        ? this.#quoted(bytes, from, isLast)
        : this.#plain(bytes, from, isLast);
      if (end < 0) return this.#incomplete(bytes.length - at, isLast);
      if (end < bytes.length && bytes[end] === COMMA) {
        from = end + 1;
        continue;
      }
      cut.end = end > at && bytes[end - 1] === CR && end < bytes.length ? end - 1 : end;
      this.#unread.at = end + 1;
      if (cut.fields === 1 && cut.end === cut.start) cut.fields = 0;
      return cut;
    }
  }

  unescape(cut: RecordCut, field: number, to: Uint8Array, at: number): number {
    const { bytes } = cut;
    const end = cut.ends[field]!;
    let length = 0;
    for (let from = cut.starts[field]!; from < end; from++) {
      to[at + length++] = bytes[from]!;
      if (bytes[from] === QUOTE) from++;
    }
    return length;
  }

  /** Reads a field without quotes; where its comma or LF is, or -1 where that did not come yet. */
  #plain(bytes: Uint8Array, from: number, isLast: boolean): number {
    let end = from;
    while (end < bytes.length && bytes[end] !== COMMA && bytes[end] !== LF) end++;
    if (end === bytes.length && !isLast) return -1;
    const isCrLf = bytes[end] === LF && end > from && bytes[end - 1] === CR;
    this.#cut.add(from, isCrLf ? end - 1 : end, FieldForm.Plain);
    return end;
  }

  #quoted(bytes: Uint8Array, from: number, isLast: boolean): number {
    let form = FieldForm.Quoted;
    let close = bytes.indexOf(QUOTE, from + 1);
    while (close >= 0 && bytes[close + 1] === QUOTE) {
      form = FieldForm.QuotedEscaped;
      close = bytes.indexOf(QUOTE, close + 2);
    }
    if (close < 0) {
      if (!isLast) return -1;
      this.#cut.problem = "A quoted field has no end";
      return bytes.length;
    }
    // The next byte says whether the quote ends the field or is the first of two.
    if (close + 1 === bytes.length && !isLast) return -1;
    this.#cut.add(from + 1, close, form);
    let end = close + 1;
    if (bytes[end] === CR && bytes[end + 1] === LF) end++;
    else if (bytes[end] === CR && end + 1 === bytes.length && !isLast) return -1;
    if (end >= bytes.length || bytes[end] === COMMA || bytes[end] === LF) return end;
    this.#cut.problem = "A quoted field goes on after its quote";
    while (end < bytes.length && bytes[end] !== LF) end++;
    return end === bytes.length && !isLast ? -1 : end;
  }

  #incomplete(length: number, isLast: boolean): undefined {
    if (isLast || length > LONGEST_RECORD) throw new RangeError("A record has no end");
    return undefined;
  }
}
