/** Words of bytes: four at once, at any place. */

let buffer: ArrayBufferLike = new ArrayBuffer(0);
let view: DataView = new DataView(buffer);

/**
 * A view of all of the bytes' buffer, so that places count from its beginning: `byteOffset` and then
 * some. The same one as long as the buffer is the same, as that of a batch is for its messages.
 */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes.buffer !== buffer) {
    buffer = bytes.buffer;
    view = new DataView(buffer);
  }
  return view;
}
