/** A file that messages are emitted to, compressed where its name ends in `.gz`. */
import type { Output } from "../runtime/io.ts";
import { type WriteBytes, writeNamed } from "../runtime/named_output.ts";

/** Writes text somewhere, in order. */
export type Write = (text: string) => Promise<void>;

/** Writes a file with what `body` writes, as {@link writeNamed} does. */
export async function writeFile<T>(
  path: string,
  options: { growing: boolean; stdout: Pick<Output, "write"> },
  body: (write: Write) => Promise<T>,
): Promise<T> {
  const encoder = new TextEncoder();
  const isPacked = path.toLowerCase().endsWith(".gz");
  return await writeNamed(path, options, (write) => {
    const fill = (write: WriteBytes) => body((text) => write(encoder.encode(text)));
    return isPacked ? packed(write, fill) : fill(write);
  });
}

/** Has what is written go through gzip, to its end. */
async function packed<T>(write: WriteBytes, fill: (write: WriteBytes) => Promise<T>): Promise<T> {
  const gzip = new CompressionStream("gzip");
  const stored = gzip.readable.pipeTo(new WritableStream({ write }));
  const writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> = gzip.writable.getWriter();
  try {
    const result = await fill((bytes) => writer.write(bytes));
    await Promise.all([writer.close(), stored]);
    return result;
  } catch (error) {
    await Promise.allSettled([writer.abort(error), writer.closed, stored]);
    throw error;
  }
}
