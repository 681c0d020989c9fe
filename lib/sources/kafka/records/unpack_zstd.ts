/**
 * zstd, by the runtime's own library. That takes a frame which breaks off for one that ends there,
 * and passes over what follows a frame: where frames end is looked up here (RFC 8878, section 3.1.1).
 */
import { CorruptRecords } from "./corrupt.ts";

const MAGIC = 0xfd2fb528;
/** Skippable frames: any of 16 magic numbers, a length, and what a reader passes over. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Bytes of the frame header's fields by their two bits in its descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/** A block of this type holds one byte, however often that is repeated. */
const RUN_LENGTH_BLOCK = 1;

/**
 * The frames that hold something, each whole.
 *
 * @throws CorruptRecords
 */
export function zstdFrames(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  do {
    const end = frameEnd(view, at);
    if (view.getUint32(at, true) === MAGIC) frames.push(packed.subarray(at, end));
    at = end;
  } while (at < packed.length);
  return frames;
}

/** Where the frame that begins at `start` ends. */
function frameEnd(view: DataView, start: number): number {
  try {
    const end = frameEndBySize(view, start);
    if (end <= view.byteLength) return end;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw corrupt("it is cut off");
}

/** @throws RangeError where it reads past the end */
function frameEndBySize(view: DataView, start: number): number {
  const magic = view.getUint32(start, true);
  if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) return start + 8 + view.getUint32(start + 4, true);
  if (magic !== MAGIC) throw corrupt("it does not begin as one");
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]!;
  const sizeBytes = singleSegment ? Math.max(1, contentSizeBytes) : 1 + contentSizeBytes;
  let at = start + 5 + DICTIONARY_BYTES[descriptor & 3]! + sizeBytes;
  for (let last = false; !last;) {
    const header = view.getUint16(at, true) | view.getUint8(at + 2) << 16;
    last = (header & 1) === 1;
    at += 3 + ((header >> 1 & 3) === RUN_LENGTH_BLOCK ? 1 : header >> 3);
  }
  return hasChecksum ? at + 4 : at;
}

function corrupt(reason: string): CorruptRecords {
  return new CorruptRecords(`its zstd frame is corrupt: ${reason}`);
}
