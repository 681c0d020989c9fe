/**
 * The bytes of a partition file as they were proven. Between the proof and the copy somebody may
 * have written into the file, so each reading is hashed again, and fails if the bytes differ.
 */
import { createHash } from "node:crypto";
import { FinpipeError } from "../runtime/errors.ts";
import type { PartitionFile } from "./partition_file.ts";
import { dayArgument } from "./run_date.ts";

/** Bytes of a piece: what a socket is given at once without holding much. */
const PIECE_BYTES = 512 * 1024;

/** A part of a file, and what its bytes are proven by. */
export interface FilePart {
  /** Bytes from the file's start. */
  from: number;
  /** Past its last byte. */
  to: number;
  /** Of its bytes. */
  sha256: string;
}

/** All of a file. */
export function wholeFile({ manifest }: Pick<PartitionFile, "manifest">): FilePart {
  return { from: 0, to: manifest.bytes, sha256: manifest.sha256 };
}

/**
 * The bytes of a part, in order. Holds one piece at a time, which is valid until the next is asked for.
 * Whoever stops before the end has proven nothing.
 *
 * @throws FinpipeError of kind `data`, at the end, where they are not those that were proven; else
 * where the file cannot be read
 */
export async function* provenPieces(
  file: PartitionFile,
  part: FilePart = wholeFile(file),
): AsyncGenerator<Uint8Array, void, void> {
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, part.to - part.from));
  const hash = createHash("sha256");
  for (let at = part.from; at < part.to;) {
    const read = await file.bytes.readAt(buffer.subarray(0, part.to - at), at);
    if (read === null) break;
    const piece = buffer.subarray(0, read);
    hash.update(piece);
    at += read;
    yield piece;
  }
  if (hash.digest("hex") !== part.sha256) throw changed(file);
}

function changed({ path, partition }: PartitionFile): FinpipeError {
  return new FinpipeError("data", `Partition file changed while it was being loaded: ${path}`, {
    hint: `Nothing was loaded from it. Run 'finpipe dump ${dayArgument(partition)}' to write it ` +
      "again, then load it",
  });
}
