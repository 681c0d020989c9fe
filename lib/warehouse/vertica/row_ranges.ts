/** A partition file cut for sessions that copy it side by side. */
import { createHash } from "node:crypto";
import type { PartitionFile } from "../../partitions/partition_file.ts";
import { type FilePart, provenPieces, wholeFile } from "../../partitions/proven_pieces.ts";
import { countRows, csvPieces } from "../csv_pieces.ts";

/** A part of a file that begins and ends at a row's border. */
export interface RowRange extends FilePart {
  /** Rows that stand before it. */
  rowsBefore: number;
}

/** Bytes below which a file stays whole: more sessions would cost more than they bring. */
const LEAST_TO_CUT = 1 << 20;

/**
 * Cuts a file into at most `parts` ranges of about equal size. It is read once, since only from its
 * start is known which line end is inside of quotes; and of bytes that come out of order only the ranges
 * can be proven, not the whole.
 *
 * @throws FinpipeError of kind `data` where it is no CSV, or not what was proven
 */
export async function rowRanges(file: PartitionFile, parts: number): Promise<RowRange[]> {
  const size = file.manifest.bytes;
  if (parts === 1 || size < LEAST_TO_CUT) return [{ ...wholeFile(file), rowsBefore: 0 }];
  const ranges: RowRange[] = [];
  let [at, rows] = [0, 0];
  let hash = createHash("sha256");
  const end = () => {
    const range = ranges.at(-1);
    if (range !== undefined) Object.assign(range, { to: at, sha256: hash.digest("hex") });
  };
  // Borders are those of pieces: some for each part, none shorter than a row can be.
  const pieceBytes = Math.min(4 << 20, Math.max(64 << 10, Math.ceil(size / (parts * 8))));
  for await (const { bytes } of csvPieces(provenPieces(file), file.path, pieceBytes)) {
    if (at >= (size * ranges.length) / parts) {
      end();
      hash = createHash("sha256");
      ranges.push({ from: at, to: at, sha256: "", rowsBefore: rows });
    }
    hash.update(bytes);
    at += bytes.length;
    rows += countRows(bytes);
  }
  end();
  return ranges;
}
