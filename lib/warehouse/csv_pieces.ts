/**
 * Cuts a CSV file into pieces of whole rows, as a COPY statement must be given them. A row ends at
 * a LF outside of double quotes; the database checks the fields' values.
 */
import { basename } from "node:path";
import { FinpipeError } from "../runtime/errors.ts";

/** Bytes of a piece: COPY's cost per statement vanishes from 1 MB on, memory grows with it. */
const PIECE_BYTES = 4 * 1024 * 1024;

const LF = 0x0a;
const QUOTE = 0x22;

/** Whole rows of a file. */
export interface CsvPiece {
  /** Valid until the next piece is asked for. */
  bytes: Uint8Array;
  /** The line of the file, from 1, at which the first row begins. */
  line: number;
}

/**
 * The pieces of whole rows, in order. Holds one piece at a time.
 *
 * @param bytes of the file, cut anywhere
 * @param path the file's, for messages
 * @param pieceBytes size of a piece, and so the longest row
 * @throws FinpipeError of kind `data` where a row is longer than a piece: a quote was never closed,
 * or it is no CSV
 */
export async function* csvPieces(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<CsvPiece, void, void> {
  const buffer = new Uint8Array(pieceBytes);
  let filled = 0;
  let line = 1;
  for await (const given of bytes) {
    for (let at = 0; at < given.length;) {
      const taken = Math.min(given.length - at, buffer.length - filled);
      buffer.set(given.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < buffer.length) break;
      const end = lastRowEnd(buffer);
      if (end === 0) throw tooLong(path, line, pieceBytes);
      const rows = buffer.subarray(0, end);
      yield { bytes: rows, line };
      line += countLines(rows);
      buffer.copyWithin(0, end, filled);
      filled -= end;
    }
  }
  // The last row may come without LF.
  if (filled > 0) yield { bytes: buffer.subarray(0, filled), line };
}

/**
 * Where to cut rows in two halves of about equal size: the end of the row that holds the middle
 * byte, or of the one before it where that is the last. 0 where there is but one row.
 */
export function middleRowEnd(bytes: Uint8Array): number {
  const middle = bytes.length >> 1;
  let before = 0;
  for (const end of rowEnds(bytes)) {
    if (end === bytes.length) return before;
    if (end > middle) return end;
    before = end;
  }
  return before;
}

/** The lines that end in these bytes. */
export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}

/** The end of the last whole row, past its LF; 0 where there is none. */
function lastRowEnd(bytes: Uint8Array): number {
  let last = 0;
  for (const [from, to] of unquoted(bytes)) {
    const found = bytes.subarray(from, to).lastIndexOf(LF);
    if (found !== -1) last = from + found + 1;
  }
  return last;
}

/** Where the rows of a piece end, past their LF; not of a last one that has none. */
export function* rowEnds(bytes: Uint8Array): Generator<number> {
  for (const [from, to] of unquoted(bytes)) {
    for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) {
      yield at + 1;
    }
  }
}

/** The stretches outside of double quotes; a doubled quote is an empty stretch. */
function* unquoted(bytes: Uint8Array): Generator<[from: number, to: number]> {
  let quoted = false;
  let at = 0;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    const to = quote === -1 ? bytes.length : quote;
    if (!quoted && to > at) yield [at, to];
    if (quote === -1) return;
    quoted = !quoted;
    at = quote + 1;
  }
}

function tooLong(path: string, line: number, pieceBytes: number): FinpipeError {
  return new FinpipeError(
    "data",
    `Cannot read "${path}" as CSV: the row at line ${line} is longer than ${pieceBytes} bytes`,
    {
      hint: "A double quote is not closed, or this is not a CSV file. Write the file again with " +
        `'finpipe dump --partition ${basename(path, ".csv")}'`,
    },
  );
}
