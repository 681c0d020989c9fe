/** A partition file as the pieces of a COPY. */
import { fileFailure } from "../../runtime/files.ts";

/** Bytes of a piece: what the socket takes at once without holding much. */
const PIECE_BYTES = 128 * 1024;

/**
 * The file's bytes in order. Holds one piece at a time; a piece is valid until the next is asked for.
 *
 * @throws FinpipeError where the file cannot be read
 */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array, void, void> {
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    using file = await Deno.open(path);
    for (;;) {
      const read = await file.read(buffer);
      if (read === null) return;
      yield buffer.subarray(0, read);
    }
  } catch (error) {
    throw fileFailure(error, "read", path);
  }
}
