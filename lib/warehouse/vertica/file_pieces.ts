/** A partition file as the pieces of a COPY. */
import { fileFailure } from "../../runtime/files.ts";
import { countRows, csvPieces } from "../csv_pieces.ts";

/** Bytes of a piece: what the socket is given at once without holding much. */
const PIECE_BYTES = 512 * 1024;

/** A part of a file that begins and ends at a row's border. */
export interface RowRange {
  /** Bytes from the file's start. */
  from: number;
  /** Past the last byte; undefined is the file's end. */
  to: number | undefined;
  /** Rows that stand before it. */
  rowsBefore: number;
}

export const WHOLE_FILE: RowRange = { from: 0, to: undefined, rowsBefore: 0 };

/** Bytes below which a file stays whole: more sessions would cost more than they bring. */
const LEAST_TO_CUT = 1 << 20;

/**
 * Cuts a file into at most `parts` ranges of about equal size. It is read once, since only from its
 * start is known which line end is inside of quotes.
 *
 * @throws FinpipeError of kind `data` where it is no CSV
 */
export async function rowRanges(path: string, parts: number): Promise<RowRange[]> {
  if (parts === 1) return [WHOLE_FILE];
  const { size } = await Deno.stat(path);
  if (size < LEAST_TO_CUT) return [WHOLE_FILE];
  const ranges: RowRange[] = [];
  let [at, rows] = [0, 0];
  // Borders are those of pieces: some for each part, none shorter than a row can be.
  const pieceBytes = Math.min(4 << 20, Math.max(64 << 10, Math.ceil(size / (parts * 8))));
  for await (const { bytes } of csvPieces(path, pieceBytes)) {
    if (at >= (size * ranges.length) / parts) {
      ranges.push({ from: at, to: undefined, rowsBefore: rows });
    }
    at += bytes.length;
    rows += countRows(bytes);
  }
  ranges.forEach((range, index) => range.to = ranges[index + 1]?.from);
  return ranges;
}

/**
 * The range's bytes in order. Holds one piece at a time; a piece is valid until the next is asked for.
 *
 * @throws FinpipeError where the file cannot be read
 */
export async function* filePieces(
  path: string,
  { from, to = Infinity }: RowRange = WHOLE_FILE,
): AsyncGenerator<Uint8Array, void, void> {
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    using file = await Deno.open(path);
    if (from > 0) await file.seek(from, Deno.SeekMode.Start);
    for (let left = to - from; left > 0;) {
      const read = await file.read(buffer.subarray(0, Math.min(left, buffer.length)));
      if (read === null) return;
      left -= read;
      yield buffer.subarray(0, read);
    }
  } catch (error) {
    throw fileFailure(error, "read", path);
  }
}
