/** TLS of the Vertica test server, to a client of node:tls on the same socket. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  CLIENT,
  EXPIRED_SERVER,
  OTHER_SERVER,
  SERVER,
  VERTICA_CA,
} from "../vertica-server/certificates.ts";
import { OTHER_CERT, OTHER_KEY } from "../support/kafka/credentials.ts";
import { errorFields, opening, RawClient, startup } from "../vertica-server/raw_client.ts";
import { ScriptedEngine } from "../vertica-server/scripted_engine.ts";
import { type ServerOptions, startServerOn } from "../vertica-server/server.ts";
import { SSL_REQUEST } from "../vertica-server/wire/frontend.ts";

type ClientTls = { cert?: string; key?: string; rejectUnauthorized?: boolean };

/** What a client sees that asks for TLS and logs in: `Z` at the end of its first bytes, or why not. */
async function logInByTls(
  options: NonNullable<ServerOptions["tls"]>,
  client: ClientTls = {},
): Promise<{ first: string } | { refused: string }> {
  await using server = await startServerOn(new ScriptedEngine(), { auth: "trust", tls: options });
  const plain = connect(server.port, "127.0.0.1");
  try {
    plain.write(opening((writer) => writer.int32(SSL_REQUEST)));
    assert.equal(String(await next(plain)), "S");
    const secured = connectTls({
      socket: plain,
      servername: "localhost",
      ca: VERTICA_CA,
      ...client,
    });
    await event(secured, "secureConnect");
    secured.write(startup({ user: "dbadmin", database: "finpipe" }, 196624));
    return { first: String.fromCharCode((await next(secured))[0]!) };
  } catch (error) {
    return { refused: error instanceof Error && "code" in error ? String(error.code) : "ended" };
  } finally {
    plain.destroy();
  }
}

async function next(socket: Socket | TLSSocket): Promise<Uint8Array> {
  return await event(socket, "data");
}

/** Waits for an event. @throws the socket's error, or one without a code where it is closed */
function event(socket: Socket | TLSSocket, name: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once("error", reject);
    for (const end of ["end", "close"]) socket.once(end, () => reject(new Error("It was closed")));
  });
}

Deno.test("TLS: a client that verifies all is let in", async () => {
  assert.deepEqual(await logInByTls(SERVER), { first: "R" });
});

Deno.test("TLS: a client that verifies all refuses what is expired, of another name, or foreign", async () => {
  for (const server of [EXPIRED_SERVER, OTHER_SERVER, { cert: OTHER_CERT, key: OTHER_KEY }]) {
    assert.ok("refused" in await logInByTls(server));
    assert.deepEqual(await logInByTls(server, { rejectUnauthorized: false }), { first: "R" });
  }
});

Deno.test("TLS: a server that wants clients' certificates lets in those that its authority signed", async () => {
  const options = { ...SERVER, clientCa: VERTICA_CA };
  assert.deepEqual(await logInByTls(options, CLIENT), { first: "R" });
  assert.ok("refused" in await logInByTls(options));
  assert.ok("refused" in await logInByTls(options, { cert: OTHER_CERT, key: OTHER_KEY }));
});

Deno.test("TLS: a server that requires it sends others away", async () => {
  const tls = { ...SERVER, required: true };
  await using server = await startServerOn(new ScriptedEngine(), { tls });
  const { client, answers } = await RawClient.open({ port: server.port });
  using _client = client;
  const fields = errorFields(answers.at(-1)!.body);
  assert.deepEqual([fields.S, fields.C], ["FATAL", "28000"]);
});
