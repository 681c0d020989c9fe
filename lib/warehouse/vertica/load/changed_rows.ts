/**
 * Rows of a partition file with a string that COPY may have changed: one that is absent, as nothing stands
 * between its commas, where the empty string is `""` (contract, section 4), and one that is longer than
 * its column. finpipe writes no such row.
 */
import { DATASETS, fileColumns } from "../../../events/dataset.ts";
import { MAX_TEXT_BYTES } from "../../../events/values.ts";
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { provenPieces } from "../../../partitions/proven_pieces.ts";
import { csvPieces, rowEnds } from "../../csv_pieces.ts";
import { NO_VALUE, TOO_LONG } from "../../load_checks.ts";

/** A row with such a string. */
export interface ChangedRow {
  /** Number of the row in the file, from 1. */
  line: number;
  objectId: string;
  /** The first column that has one. */
  column: string;
  /** What is wrong with it. */
  why: string;
  /** The row without its line end. */
  text: string;
}

/** What is looked for. */
export interface Sought {
  absent: boolean;
  tooLong: boolean;
}

const COMMA = 0x2c;

/**
 * The file's rows with such a string, in order. Where absent ones alone are sought, a file without two
 * commas side by side, as nearly all are, costs no more than to be read. Memory: a piece of it.
 *
 * @throws FinpipeError of kind `data` where it is no CSV, or not what was proven
 */
export async function* changedRows(
  file: PartitionFile,
  sought: Sought,
): AsyncGenerator<ChangedRow, void, void> {
  const columns = fileColumns(DATASETS[file.dataset]);
  if (!columns.some(({ type }) => type === "text")) return;
  const absent = sought.absent && await holdsAbsent(file);
  if (!absent && !sought.tooLong) return;
  const isSuspicious = (row: Uint8Array) =>
    (absent && hasCommas(row)) || (sought.tooLong && row.length > MAX_TEXT_BYTES);
  const wrongWith = (field: string | undefined) => {
    if (field === undefined) return absent ? NO_VALUE : undefined;
    return sought.tooLong && field.length > MAX_TEXT_BYTES ? TOO_LONG : undefined;
  };
  file.watch?.begin("looking at strings", file.manifest.bytes);
  let line = 0;
  for await (const { bytes } of csvPieces(provenPieces(file), file.path)) {
    for (const row of rowsOf(bytes)) {
      line++;
      if (!isSuspicious(row)) continue;
      const fields = fieldsOf(row);
      // Of another count it is no row, and the server rejects it.
      if (fields.length !== columns.length) continue;
      const wrong = columns.flatMap(({ name, type }, at) => {
        const why = type === "text" ? wrongWith(fields[at]) : undefined;
        return why === undefined ? [] : [{ column: name, why }];
      });
      if (wrong[0] === undefined) continue;
      const text = new TextDecoder().decode(row).replace(/\r?\n$/, "");
      yield { line, objectId: fields[0] ?? "", ...wrong[0], text };
    }
  }
}

/** Whether there is anything to look for. */
async function holdsAbsent(file: PartitionFile): Promise<boolean> {
  file.watch?.begin("looking at strings", file.manifest.bytes);
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

/**
 * The fields of a row (RFC 4180), a character for each of their bytes; undefined where nothing stands.
 */
function fieldsOf(row: Uint8Array): (string | undefined)[] {
  const text = BYTES.decode(row).replace(/\r?\n$/, "");
  const found = `,${text}`.matchAll(/,("[^"]*(?:""[^"]*)*"|[^,"]*)/g);
  return Array.from(found, ([, field]) => {
    if (!field!.startsWith('"')) return field === "" ? undefined : field;
    return field!.slice(1, -1).replaceAll('""', '"');
  });
}

const BYTES = new TextDecoder("latin1");
