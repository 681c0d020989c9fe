/** A partition file cut for sessions that copy it side by side. */
import { createHash } from "node:crypto";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { type FilePart, provenPieces, wholeFile } from "../../../partitions/proven_pieces.ts";

/** Bytes below which a file stays whole: more sessions would cost more than they bring. */
const LEAST_TO_CUT = 1 << 20;

const LF = 0x0a;
const QUOTE = 0x22;

/**
 * Cuts a file into at most `parts` ranges of about equal size, that begin and end at a row's border. It
 * is read once, since only from its start is known which line end is inside of quotes; and of bytes that
 * come out of order only the ranges can be proven, not the whole. What is no CSV is the server's to judge.
 *
 * @throws FinpipeError of kind `data` where it is not what was proven
 */
export async function rowRanges(file: PartitionFile, parts: number): Promise<FilePart[]> {
  const size = file.manifest.bytes;
  if (parts === 1 || size < LEAST_TO_CUT) return [wholeFile(file)];
  file.watch?.begin("cutting", size);
  const cutter = new Cutter(size, parts);
  for await (const piece of provenPieces(file)) cutter.take(piece);
  return cutter.end();
}

/**
 * The rows of some ranges: lines that end outside of quotes, and a last one without an end. Read again,
 * as only whoever looks for a refused row asks.
 *
 * @throws FinpipeError of kind `data` where they are not what was proven
 */
export async function rowsOf(file: PartitionFile, ranges: readonly FilePart[]): Promise<number> {
  let rows = 0;
  for (const range of ranges) {
    let quoted = false;
    for await (const piece of provenPieces(file, range)) {
      // A loop, as the platform's search takes as long for each row.
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at]!;
        if (byte === QUOTE) quoted = !quoted;
        else if (byte === LF && !quoted) rows++;
      }
    }
  }
  return rows;
}

/** Takes a file in pieces, and says where it is to be cut. */
class Cutter {
  readonly #size: number;
  readonly #parts: number;
  readonly #ranges: FilePart[] = [];
  #hash = createHash("sha256");
  #from = 0;
  #at = 0;
  #quoted = false;

  constructor(size: number, parts: number) {
    this.#size = size;
    this.#parts = parts;
  }

  take(piece: Uint8Array): void {
    for (let rest = piece; rest.length > 0;) {
      const border = this.#borderIn(rest);
      const taken = border === -1 ? rest.length : border;
      this.#hash.update(rest.subarray(0, taken));
      this.#at += taken;
      rest = rest.subarray(taken);
      if (border !== -1 && this.#at < this.#size) this.#cut();
    }
  }

  end(): FilePart[] {
    this.#cut();
    return this.#ranges;
  }

  #cut(): void {
    const sha256 = this.#hash.digest("hex");
    this.#ranges.push({ from: this.#from, to: this.#at, sha256 });
    this.#hash = createHash("sha256");
    this.#from = this.#at;
  }

  /** Where the first row ends, past its LF, that ends a range; -1 where none does. */
  #borderIn(bytes: Uint8Array): number {
    const next = this.#ranges.length + 1;
    if (next === this.#parts) return -1;
    const least = Math.ceil((this.#size * next) / this.#parts) - this.#at - 1;
    for (let at = 0;;) {
      const quote = bytes.indexOf(QUOTE, at);
      const to = quote === -1 ? bytes.length : quote;
      if (!this.#quoted && to > least) {
        const found = bytes.subarray(0, to).indexOf(LF, Math.max(at, least));
        if (found !== -1) return found + 1;
      }
      if (quote === -1) return -1;
      this.#quoted = !this.#quoted;
      at = quote + 1;
    }
  }
}
