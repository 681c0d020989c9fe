/**
 * Looks at the certificate of a node that could not be verified. The runtime has one code for one
 * that has expired and for one of another authority (Deno 2.9), which different people have to fix.
 */
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { FinpipeError } from "../../../runtime/errors.ts";
import type { DriverOptions } from "./driver.ts";

/** What the runtime says of a chain that it cannot follow, whatever is wrong with it. */
const UNVERIFIED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** SSLRequest: a length of 8 and a number (vertica-nodejs 1.1.4, `lib/connection.js`). */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * A failure that says what is wrong with the certificate, where it can be seen; else the one given.
 * Nothing is sent but the beginning of TLS.
 *
 * @param name how messages name the database
 */
export async function explained(
  error: FinpipeError,
  connection: DriverOptions,
  name: string,
): Promise<FinpipeError> {
  const { cause } = error as { cause?: { code?: unknown } };
  if (connection.tls === false || !UNVERIFIED.has(String(cause?.code))) return error;
  const certificate = await certificateOf(connection).catch(() => undefined);
  if (certificate === undefined) return error;
  const failure = (why: string, hint: string) =>
    new FinpipeError("configuration", `Cannot use ${name}: its certificate ${why}`, {
      hint,
      cause,
    });
  const [from, to] = [certificate.valid_from, certificate.valid_to].map((text) => new Date(text));
  const now = Date.now();
  if (to!.getTime() < now) {
    return failure(`expired on ${dateOf(to!)}`, "Have the server's certificate renewed");
  }
  if (from!.getTime() > now) {
    return failure(
      `is not valid before ${dateOf(from!)}`,
      "Check this machine's clock; if it is right, have a new certificate made for the server",
    );
  }
  const issuer = `is issued by "${certificate.issuer.CN ?? certificate.issuer.O}"`;
  return connection.tls.ca === undefined
    ? failure(
      `${issuer}, an authority that this machine does not know`,
      "Name the PEM of that authority in tls_ca_file",
    )
    : failure(
      `${issuer}, and no certificate in tls_ca_file leads to that authority`,
      "Name the PEM of that authority in tls_ca_file; if it is an intermediate one, also the " +
        "PEM of the authority above it",
    );
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** @throws Error where the node begins no TLS, or not in time */
async function certificateOf(
  { address, port, host, connectTimeout }: DriverOptions,
): Promise<tls.PeerCertificate> {
  const socket = net.connect(port, address);
  const signal = AbortSignal.timeout(connectTimeout);
  try {
    socket.write(SSL_REQUEST);
    const [answer] = await once(socket, "data", { signal }) as [Uint8Array];
    if (answer[0] !== "S".charCodeAt(0)) throw new Error("The node does not start TLS");
    const secured = tls.connect({
      socket,
      rejectUnauthorized: false,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
    });
    try {
      await once(secured, "secureConnect", { signal });
      return secured.getPeerCertificate();
    } finally {
      secured.destroy();
    }
  } finally {
    socket.destroy();
  }
}
