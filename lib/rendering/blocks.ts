/** Joins small pieces of text, so that a line of a report is not a write of its own. */

/** Characters of a block. */
const BLOCK = 64 * 1024;

/** @throws the signal's reason as soon as it is aborted, between two pieces */
export async function* inBlocks(
  pieces: AsyncIterable<string> | Iterable<string>,
  signal: AbortSignal,
  size = BLOCK,
): AsyncGenerator<string, void, void> {
  let block = "";
  for await (const piece of pieces) {
    signal.throwIfAborted();
    block += piece;
    if (block.length < size) continue;
    yield block;
    block = "";
  }
  if (block !== "") yield block;
}
