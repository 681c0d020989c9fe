/**
 * The limit that bench/vertica_load.ts holds a load against: a plain socket that writes a file's bytes as
 * CopyData, and knows of the protocol just what that takes. Arguments: host, port, file; the statement is
 * read from stdin.
 */
import { DATABASE, USER } from "../tests/vertica-server/server.ts";

/** Bytes of a message: what finpipe sends at once. */
const PIECE = 128 * 1024;

const encoder = new TextEncoder();
const [hostname, port, path] = Deno.args as [string, string, string];
const statement = await new Response(Deno.stdin.readable).text();

using connection = await Deno.connect({ hostname, port: Number(port) });
const received = { bytes: new Uint8Array() };

await write(startup());
await until("Z");
await write(message("Q", encoder.encode(`${statement}\0`)));
await until("G");
using file = await Deno.open(path);
// The header of each message stands before its bytes, so that one write does.
const frame = new Uint8Array(5 + PIECE);
frame[0] = "d".charCodeAt(0);
const length = new DataView(frame.buffer);
for (let read = await next(); read !== null; read = await next()) {
  length.setInt32(1, 4 + read);
  await write(frame.subarray(0, 5 + read));
}
await write(message("c"));
await until("Z");

function next(): Promise<number | null> {
  return file.read(frame.subarray(5));
}

function startup(): Uint8Array {
  const parameters = encoder.encode(`user\0${USER}\0database\0${DATABASE}\0\0`);
  const bytes = new Uint8Array(8 + parameters.length);
  new DataView(bytes.buffer).setInt32(0, bytes.length);
  new DataView(bytes.buffer).setInt32(4, (3 << 16) | 5);
  bytes.set(parameters, 8);
  return bytes;
}

function message(code: string, body = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = code.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, 4 + body.length);
  bytes.set(body, 5);
  return bytes;
}

async function write(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads messages until one of this code has come. @throws Error where the server reports one */
async function until(code: string): Promise<void> {
  while (true) {
    const { bytes } = received;
    const size = bytes.length < 5
      ? Infinity
      : 1 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(1);
    if (size <= bytes.length) {
      const found = String.fromCharCode(bytes[0]!);
      if (found === "E") throw new Error(new TextDecoder().decode(bytes.subarray(5, size)));
      received.bytes = bytes.subarray(size);
      if (found === code) return;
      continue;
    }
    const chunk = new Uint8Array(65_536);
    const read = await connection.read(chunk);
    if (read === null) throw new Error("The server has closed the connection");
    const joined = new Uint8Array(bytes.length + read);
    joined.set(bytes);
    joined.set(chunk.subarray(0, read), bytes.length);
    received.bytes = joined;
  }
}
