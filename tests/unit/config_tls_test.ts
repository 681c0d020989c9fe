/** sslmode against a real TLS handshake: what each mode takes and refuses. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { readTlsAttempts, type TlsSettings } from "../../lib/config/postgres_tls.ts";

// Made for this test, valid for a century: an authority, a server's certificate for db.example that
// it signed, and an authority that signed nothing.
const CA = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUA9999LwsXmviv+ZwRenVw2V4ElkwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwIBcNMjYxMTI0MDYyMzEwWhgPMjEyNjEwMzEwNjIzMTBa
MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9WZkPjAT
tl3VXeQkInYdJXyslp3B+GJej94clabbvMWLKMqBKDWdiLbFhvgcn4pMP17DpHGW
wYRxsYshrxdwAKNTMFEwHQYDVR0OBBYEFO94IBBbsqC8GnHVZTdFzFew0N+sMB8G
A1UdIwQYMBaAFO94IBBbsqC8GnHVZTdFzFew0N+sMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhAK4eQx1Gm15ho3gmjEmGGJMbjkY2ywmkH/6cfteq
ZReDAiEA4Lt/aqCiJlXZfSLB4qJm+fEEn5i/8GZdflSeeK2H4lw=
-----END CERTIFICATE-----
`;
const OTHER_CA = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUeIjIoS2zrgjVBv/fUZNerw/QFMgwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTI0MDYyMzEwWhgPMjEyNjEwMzEwNjIz
MTBaMBAxDjAMBgNVBAMMBW90aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
mUsh0mACk72IyHNl6IVtc31ozf7PLYB1KzCbUHhVG1dNXL238EXwdSCf9O0LzivI
0hRAd2h1OO48L4rIeq1sNKNTMFEwHQYDVR0OBBYEFIzEuFSi9s63toDFHHCHIHl0
OovuMB8GA1UdIwQYMBaAFIzEuFSi9s63toDFHHCHIHl0OovuMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAIgRGXB+H72sY389wdoBqj3lnYmhouKl
FE463jnerbrFAiBaFtiiiyaT2rQkXEWbzsCKH/BfbN3sX+jxkIcX5XIVFw==
-----END CERTIFICATE-----
`;
const SERVER_CERT = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUbTdR3UC6A/8pDjrYmAbgnHCCzUIwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwIBcNMjYxMTI0MDYyMzEwWhgPMjEyNjEwMzEwNjIzMTBa
MBUxEzARBgNVBAMMCmRiLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAS+Qr2JYG/P3jPVdVQzgkBgxPdXg8K/4915UiW4Ik4SKbTEsmkwweRVDxuo2Tgs
H6tuB6s6Ps3AplhWxLtLnZwJo1kwVzAVBgNVHREEDjAMggpkYi5leGFtcGxlMB0G
A1UdDgQWBBQ6xkcLrazIp9cRSkfY0d9W8r/xkzAfBgNVHSMEGDAWgBTveCAQW7Kg
vBpx1WU3RcxXsNDfrDAKBggqhkjOPQQDAgNIADBFAiATtKh0sV9lnygN0oG805xa
QHIQN/NzowtFeuv+8P/mjAIhAKAj1i4mmF9xXxDjQ2Lra7wrvUH8ttPLO+aICm8R
VOvZ
-----END CERTIFICATE-----
`;
const SERVER_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRzHG1D/VOiJYMA1l
QJMNLBisOIOW4klsbNKkDqpjzzWhRANCAAS+Qr2JYG/P3jPVdVQzgkBgxPdXg8K/
4915UiW4Ik4SKbTEsmkwweRVDxuo2TgsH6tuB6s6Ps3AplhWxLtLnZwJ
-----END PRIVATE KEY-----
`;

const NO_ISSUER = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
const WRONG_HOST = "ERR_TLS_CERT_ALTNAME_INVALID";

/** What a handshake with the host comes to: ok, or the code of its error. */
const CASES: [parameters: string, host: string, outcome: string][] = [
  ["sslmode=require", "db.example", "ok"],
  ["sslmode=require", "elsewhere.example", "ok"],
  ["sslmode=require&sslrootcert=ca", "elsewhere.example", "ok"],
  ["sslmode=require&sslrootcert=other", "db.example", NO_ISSUER],
  ["sslmode=verify-ca&sslrootcert=ca", "elsewhere.example", "ok"],
  ["sslmode=verify-ca&sslrootcert=other", "db.example", NO_ISSUER],
  ["sslmode=verify-full&sslrootcert=ca", "db.example", "ok"],
  ["sslmode=verify-full&sslrootcert=ca", "elsewhere.example", WRONG_HOST],
  ["sslmode=verify-full&sslrootcert=other", "db.example", NO_ISSUER],
  ["sslrootcert=system", "db.example", NO_ISSUER],
];

Deno.test("each sslmode takes and refuses what libpq's does", async (t) => {
  await using place = await makePlace();
  await using server = await listen();
  for (const [query, host, outcome] of CASES) {
    await t.step(`${query} with ${host}: ${outcome}`, async () => {
      const parameters = new Map(new URLSearchParams(query));
      const authority = parameters.get("sslrootcert");
      if (authority !== undefined && authority !== "system") {
        parameters.set("sslrootcert", join(place.path, authority));
      }
      const [settings] = await readTlsAttempts(parameters, undefined, assert.fail);
      assert.ok(settings);
      assert.equal(await handshake(server.port, host, settings), outcome);
    });
  }
});

async function makePlace() {
  const path = await Deno.makeTempDir();
  await Deno.writeTextFile(join(path, "ca"), CA);
  await Deno.writeTextFile(join(path, "other"), OTHER_CA);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function listen() {
  const server = tls.createServer({ cert: SERVER_CERT, key: SERVER_KEY }, (socket) => {
    socket.on("error", () => {});
    socket.end();
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** As pg does it: TLS on an open socket, with the host it was asked for. */
async function handshake(port: number, host: string, settings: TlsSettings): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const secure = tls.connect({ socket, host, servername: host, ...settings });
  // Not once(), which takes an error for a failure to close.
  const closed = Promise.all(
    [secure, socket].map((stream) => new Promise((resolve) => stream.once("close", resolve))),
  );
  try {
    await once(secure, "secureConnect");
    return "ok";
  } catch (error) {
    return String((error as { code?: unknown }).code);
  } finally {
    secure.destroy();
    socket.destroy();
    await closed;
  }
}
