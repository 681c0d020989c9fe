/** A record of the input, cut into fields: places in the bytes, so that no object is made for each. */

export class RecordCut {
  /** Valid until the cutter is asked for the next record. */
  bytes: Uint8Array = new Uint8Array();
  /** The whole record, without its terminator. */
  start = 0;
  end = 0;
  /** How many fields it has; 0 for an empty record. */
  fields = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly forms: FieldForm[] = [];
  /** Why it is no record; undefined for a good one. */
  problem: string | undefined;

  reset(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.start = start;
    this.fields = 0;
    this.problem = undefined;
  }

  add(start: number, end: number, form: FieldForm): void {
    this.starts[this.fields] = start;
    this.ends[this.fields] = end;
    this.forms[this.fields++] = form;
  }
}

/** How the bytes of a field mean its value. */
export const enum FieldForm {
  /** As they are, not in quotes. */
  Plain,
  /** As they are, in quotes that are left out. */
  Quoted,
  /** In quotes, and some of them doubled or escaped. */
  QuotedEscaped,
  /** Not in quotes, with escapes. */
  Escaped,
}

/** Cuts bytes into records. */
export interface RecordCutter {
  /** Bytes that follow those given before. */
  push(chunk: Uint8Array): void;
  /**
   * The next record that is whole, or undefined until more bytes come.
   *
   * @param isLast no more bytes come: what is left is a record too
   */
  next(isLast: boolean): RecordCut | undefined;
  /** Appends the value of an escaped field; returns how many bytes. */
  unescape(cut: RecordCut, field: number, to: Uint8Array, at: number): number;
}

/** The bytes that belong to no record yet, in front of those that come. */
export class Unread {
  bytes: Uint8Array = new Uint8Array();
  at = 0;

  push(chunk: Uint8Array): void {
    const left = this.bytes.length - this.at;
    if (left === 0) {
      this.bytes = chunk;
    } else {
      const joined = new Uint8Array(left + chunk.length);
      joined.set(this.bytes.subarray(this.at));
      joined.set(chunk, left);
      this.bytes = joined;
    }
    this.at = 0;
  }
}

/**
 * Bytes of one record above which it is refused: the input has no end of a record, or lost a quote.
 * Kept low enough that looking for the end again with each piece of it costs little.
 */
export const LONGEST_RECORD = 16 * 1024 * 1024;
