/** The bytes of a rejected message, which may be long. */
import type { RejectedRepository } from "../staging/rejected.ts";

/** What was kept of a message, piece by piece. */
export async function* rejectedBytes(
  rejected: RejectedRepository,
  id: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0;;) {
    const from = at;
    const piece = await rejected.bytesOf(id, from);
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}
