/** COPY TO STDOUT as a stream, by pg-copy-streams, mended. */
import type { Buffer } from "node:buffer";
import { to } from "pg-copy-streams";

type CopyToStream = ReturnType<typeof to>;

/** What is used of its inside, in version 7.0.0 (`copy-to.js`). */
interface Inside {
  /** Null once COPY's end was read. */
  _buffer: unknown;
  /** Takes a piece of the connection; true where more may be read. */
  _parse(chunk: Buffer): boolean | undefined;
}

/**
 * The stream of a COPY's data.
 *
 * pg-copy-streams 7.0.0 reads on behind COPY's end where the socket has another piece by then, as it may
 * when the server's CommandComplete came apart from CopyDone: a TypeError that nobody can catch, and the
 * piece is lost to the driver. Here it stops at the end; the driver reads what is left.
 */
export function copyTo(statement: string): CopyToStream {
  const stream = to(statement);
  const inside = stream as unknown as Inside;
  const parse = inside._parse.bind(stream);
  inside._parse = (chunk) => {
    const isDrained = parse(chunk);
    return inside._buffer === null ? false : isDrained;
  };
  return stream;
}
