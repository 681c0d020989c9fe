/**
 * Rejected rows while COPY runs: the session that loads is busy, and they may be as many as the rows
 * of the input. They wait in a file, as rows of PostgreSQL's COPY in text format.
 */
import { CopyText } from "./copy_text.ts";
import { Slot } from "./slot.ts";
import type { RejectedRow } from "./transform.ts";

/** What a table of rejected rows has (documentation, "Saving rejected data to a table"). */
export const REJECTED_COLUMNS = [
  ["node_name", "VARCHAR(128)"],
  ["file_name", "VARCHAR(65000)"],
  ["session_id", "VARCHAR(128)"],
  ["transaction_id", "INTEGER"],
  ["statement_id", "INTEGER"],
  ["batch_number", "INTEGER"],
  ["row_number", "INTEGER"],
  ["rejected_data", "LONG VARCHAR(131072)"],
  ["rejected_data_orig_length", "INTEGER"],
  ["rejected_reason", "VARCHAR(65000)"],
] as const;

/** Bytes of a rejected row that are kept. */
const LONGEST_DATA = 131_072;
const LONGEST_REASON = 65_000;

/** Bytes that wait in memory. */
const BUFFERED = 256 * 1024;

/** What is the same for all rejected rows of a COPY. */
export interface RejectedOrigin {
  sessionId: string;
  transactionId: bigint;
  statementId: number;
}

const encoder = new TextEncoder();

export class RejectedSpool implements Disposable {
  readonly #text = new CopyText();
  readonly #slot = new Slot();
  readonly #before: Uint8Array[];
  #file: Deno.FsFile | undefined;
  #path: string | undefined;

  constructor(origin: RejectedOrigin) {
    this.#before = [
      "v_finpipe_node0001",
      "STDIN",
      origin.sessionId,
      String(origin.transactionId),
      String(origin.statementId),
      "0",
    ].map((value) => encoder.encode(value));
  }

  add({ row, data, reason }: RejectedRow): void {
    for (const value of this.#before) this.#value(value);
    this.#value(encoder.encode(String(row)));
    this.#value(wellFormed(data, LONGEST_DATA));
    this.#value(encoder.encode(String(data.length)));
    this.#value(wellFormed(encoder.encode(reason), LONGEST_REASON), true);
    if (this.#text.length > BUFFERED) this.#flush();
  }

  /** All rows, in order; reads them back in pieces. */
  *pieces(): Generator<Uint8Array> {
    if (this.#file !== undefined) {
      this.#flush();
      this.#file.seekSync(0, Deno.SeekMode.Start);
      const buffer = new Uint8Array(BUFFERED);
      for (let read = this.#read(buffer); read > 0; read = this.#read(buffer)) {
        yield buffer.slice(0, read);
      }
    }
    const rest = this.#text.take();
    if (rest.length > 0) yield rest;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    if (this.#path !== undefined) Deno.removeSync(this.#path);
    this.#file = undefined;
    this.#path = undefined;
  }

  #value(bytes: Uint8Array, isLast = false): void {
    this.#slot.set(bytes, 0, bytes.length);
    this.#text.value(this.#slot, isLast);
  }

  #read(buffer: Uint8Array): number {
    return this.#file!.readSync(buffer) ?? 0;
  }

  #flush(): void {
    if (this.#file === undefined) {
      this.#path = Deno.makeTempFileSync({ prefix: "finpipe-test-rejected-" });
      this.#file = Deno.openSync(this.#path, { read: true, write: true });
    }
    let rest = this.#text.take();
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
  }
}

/** The bytes, cut; what PostgreSQL cannot hold of them is replaced. */
function wellFormed(bytes: Uint8Array, longest: number): Uint8Array {
  let end = Math.min(bytes.length, longest);
  while (end < bytes.length && end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
  return encoder.encode(text.replaceAll("\0", "\ufffd"));
}
