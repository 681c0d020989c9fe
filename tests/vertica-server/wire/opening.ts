/** What a client and the server settle before its start-up: load balancing, TLS, or a cancel. */
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { type Opening, readOpening } from "./frontend.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { ConnectionGone, SocketStream } from "./socket_stream.ts";

/** What TLS needs, as PEM. */
export interface Tls {
  cert: string;
  key: string;
  /** Who signs clients' certificates: a client without one is cut off. */
  clientCa?: string;
}

/** A connection whose client has said what it wants. */
export interface Opened {
  stream: SocketStream;
  inbox: Inbox;
  outbox: Outbox;
  opening: Exclude<Opening, { kind: "ssl" | "load balance" }>;
  isTls: boolean;
}

/** @throws ConnectionGone where the client gives up @throws BrokenFraming */
export async function open(socket: Socket, tls: Tls | undefined): Promise<Opened> {
  let stream = new SocketStream(socket);
  let outbox = new Outbox(stream);
  let inbox = new Inbox(stream, outbox);
  let isTls = false;
  for (;;) {
    const packet = await inbox.opening();
    if (packet === null) throw new ConnectionGone("The client has closed its connection");
    const opening = readOpening(packet);
    if (
      opening.kind === "load balance" || (opening.kind === "ssl" && (tls === undefined || isTls))
    ) {
      // In a write of its own: vertica-nodejs takes the whole chunk for the answer.
      await stream.write(NO);
    } else if (opening.kind === "ssl") {
      if (inbox.hasMore) throw new ConnectionGone("The client did not wait for TLS");
      stream = new SocketStream(await secure(stream, tls!));
      outbox = new Outbox(stream);
      inbox = new Inbox(stream, outbox);
      isTls = true;
    } else {
      return { stream, inbox, outbox, opening, isTls };
    }
  }
}

const YES = new TextEncoder().encode("S");
const NO = new TextEncoder().encode("N");

/** @throws ConnectionGone where the handshake fails */
async function secure(stream: SocketStream, { cert, key, clientCa }: Tls): Promise<TLSSocket> {
  await stream.write(YES);
  const plain = stream.release();
  const secured = new TLSSocket(plain, {
    isServer: true,
    secureContext: createSecureContext({ cert, key, ...(clientCa ? { ca: clientCa } : {}) }),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
  });
  plain.resume();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = () => reject(new ConnectionGone("There was no TLS handshake"));
  secured.on("secure", () => resolve());
  secured.on("error", fail);
  secured.on("close", fail);
  plain.on("close", fail);
  try {
    await promise;
    if (clientCa !== undefined && !isSignedBy(secured, clientCa)) {
      throw new ConnectionGone("The client's certificate is of another authority");
    }
    return secured;
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

/** Deno asks for a client's certificate, but lets any in. */
function isSignedBy(socket: TLSSocket, authority: string): boolean {
  const ca = new X509Certificate(authority);
  const client = new X509Certificate(socket.getPeerCertificate().raw);
  return client.checkIssued(ca) && client.verify(ca.publicKey);
}
