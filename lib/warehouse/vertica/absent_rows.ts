/**
 * Rows of a partition file in which a string is absent: nothing stands between its commas, where the
 * empty string is `""` (contract, section 4). finpipe writes no such row.
 */
import { DATASETS, fileColumns } from "../../events/dataset.ts";
import type { PartitionFile } from "../../partitions/partition_file.ts";
import { provenPieces } from "../../partitions/proven_pieces.ts";
import { csvPieces, rowEnds } from "../csv_pieces.ts";

/** A row with an absent string. */
export interface AbsentRow {
  /** Number of the row in the file, from 1. */
  line: number;
  objectId: string;
  /** The first column of which nothing stands there. */
  column: string;
  /** The row without its line end. */
  text: string;
}

const COMMA = 0x2c;

/**
 * The file's rows with an absent string, in order. A file without two commas side by side, as nearly
 * all are, costs no more than to be read. Memory: a piece of it.
 *
 * @throws FinpipeError of kind `data` where it is no CSV, or not what was proven
 */
export async function* absentRows(
  file: PartitionFile,
): AsyncGenerator<AbsentRow, void, void> {
  const columns = fileColumns(DATASETS[file.dataset]);
  if (!columns.some(({ type }) => type === "text") || !await holdsAbsent(file)) return;
  file.watch?.begin("looking for absent strings", file.manifest.bytes);
  let line = 0;
  for await (const { bytes } of csvPieces(provenPieces(file), file.path)) {
    for (const row of rowsOf(bytes)) {
      line++;
      if (!hasCommas(row)) continue;
      const text = new TextDecoder().decode(row).replace(/\r?\n$/, "");
      const fields = fieldsOf(text);
      // Of another count it is no row, and the server rejects it.
      if (fields.length !== columns.length) continue;
      const absent = columns.find(({ type }, at) => type === "text" && fields[at] === undefined);
      if (absent === undefined) continue;
      yield { line, objectId: fields[0] ?? "", column: absent.name, text };
    }
  }
}

/** Whether there is anything to look for. */
async function holdsAbsent(file: PartitionFile): Promise<boolean> {
  file.watch?.begin("looking for absent strings", file.manifest.bytes);
  let before = 0;
  for await (const piece of provenPieces(file)) {
    if (hasCommas(piece, before)) return true;
    before = piece.at(-1)!;
  }
  return false;
}

/**
 * Two commas side by side: an absent field that is not a row's first or last, which no string is. A
 * loop, as it is eight times as fast as what the platform has for it.
 *
 * @param before the byte that comes before
 */
function hasCommas(bytes: Uint8Array, before = 0): boolean {
  let last = before;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA && last === COMMA) return true;
    last = byte;
  }
  return false;
}

function* rowsOf(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  for (const end of rowEnds(bytes)) {
    yield bytes.subarray(from, end);
    from = end;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

/** The fields of a row (RFC 4180); undefined where nothing stands. */
function fieldsOf(text: string): (string | undefined)[] {
  const found = `,${text}`.matchAll(/,("[^"]*(?:""[^"]*)*"|[^,"]*)/g);
  return Array.from(found, ([, field]) => field === "" ? undefined : field!.replaceAll('"', ""));
}
