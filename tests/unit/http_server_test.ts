/** The HTTP server that `serve` and the health of a stream share: clients that mean no good, limits. */
import assert from "node:assert/strict";
import { serveHealth } from "../../lib/runtime/health.ts";
import { type Limits, startHttpServer } from "../../lib/runtime/http_server.ts";
import { SILENT } from "../support/logs.ts";
import { until } from "../support/until.ts";

/** More than what the system keeps for a client that does not read. */
const LARGE = new Uint8Array(64_000_000);

const SHORT: Partial<Limits> = { head: 150, request: 300, silence: 300 };

function start(limits: Partial<Limits> = {}) {
  return startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    option: "--port",
    what: "the mart",
    answer: ({ target, method }) => ({
      status: 200,
      body: target === "/large" ? LARGE : `${method} ${target}\n`,
    }),
    limits,
  });
}

async function connect(port: number, text: string): Promise<Deno.TcpConn> {
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  await client.write(new TextEncoder().encode(text));
  return client;
}

/** All that comes until the server ends the connection. */
async function untilEnd(client: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const block = new Uint8Array(65_536);
  let text = "";
  try {
    for (let bytes; (bytes = await client.read(block)) !== null;) {
      text += decoder.decode(block.subarray(0, bytes));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return text;
}

Deno.test("clients that send half a head, a drop at a time or nothing are cut, and hold up nobody", async () => {
  await using server = await start(SHORT);
  using half = await connect(server.port, "GET / HTTP/1.1\r\nHost: localhost\r\n");
  using silent = await connect(server.port, "");
  using dripping = await connect(server.port, "GET / HTTP/1.1\r\nHost: localhost\r\n");
  // A byte at a time is no silence; the head as a whole has its time.
  const drips = (async () => {
    for (let isOpen = true; isOpen;) {
      isOpen = await dripping.write(new TextEncoder().encode("X: y\r\n")).then(
        () => true,
        () => false,
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/now`)).text(), "GET /now\n");
  for (const client of [half, silent, dripping]) {
    assert.match(await untilEnd(client), /^(HTTP\/1\.1 408 |$)/);
  }
  await drips;
});

for (const limit of ["silence", "answer"] as const) {
  Deno.test(`a client that never reads its answer is cut, and makes room for others (${limit})`, async () => {
    await using server = await start({ [limit]: 200, connections: 1 });
    using deaf = await connect(server.port, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const other = () =>
      fetch(`http://127.0.0.1:${server.port}/`, { headers: { connection: "close" } })
        .then((response) => response.text(), () => "none");
    assert.equal(await other(), "none", "there is room for one");
    await until(async () => await other() === "GET /\n");
    assert.ok((await untilEnd(deaf)).length < LARGE.length);
  });
}

Deno.test("a head that is too large is refused", async () => {
  await using server = await start({ headBytes: 4096 });
  const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(4096)}\r\n\r\n`;
  using client = await connect(server.port, large);
  assert.match(await untilEnd(client), /^HTTP\/1\.1 431 /);
  const target = `/${"y".repeat(4096)}`;
  using other = await connect(server.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  assert.match(await untilEnd(other), /^HTTP\/1\.1 431 /);
});

Deno.test("health and metrics are served; a port that is taken is a question of settings", async () => {
  const loop: { wrong?: string } = {};
  const health = {
    healthz: () => loop.wrong,
    readyz: () => "starting",
    metrics: { contentType: "text/plain; version=0.0.4", text: () => "up 1\n" },
  };
  await using server = await serveHealth(0, health, SILENT);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, response.headers.get("content-type"), await response.text()];
  };
  const plain = "text/plain; charset=utf-8";
  assert.deepEqual(await get("/healthz"), [200, plain, "ok\n"]);
  loop.wrong = "the loop has not moved for 61 s";
  assert.deepEqual(await get("/healthz?now"), [503, plain, `${loop.wrong}\n`]);
  assert.deepEqual(await get("/readyz"), [503, plain, "starting\n"]);
  assert.deepEqual(await get("/metrics"), [200, "text/plain; version=0.0.4", "up 1\n"]);
  assert.deepEqual(await get("/other"), [404, plain, "/healthz, /readyz, /metrics\n"]);
  await assert.rejects(serveHealth(server.port, health, SILENT), {
    kind: "configuration",
    message: `Cannot serve metrics on 0.0.0.0:${server.port}: the port is in use`,
    hint: "Name another one with --metrics-port",
  });
});

Deno.test("a Host that names no host is a bad request, for the health of a stream, too", async () => {
  const health = {
    metrics: { contentType: "text/plain", text: () => "up 1\n" },
    healthz: () => undefined,
    readyz: () => undefined,
  };
  await using server = await start();
  await using healthServer = await serveHealth(0, health, SILENT);
  for (const { port } of [server, healthServer]) {
    const statusOf = async (host: string) => {
      using client = await connect(
        port,
        `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      return (await untilEnd(client)).split(" ")[1];
    };
    for (const host of ["[bad", "a b", "a/b", "a:b", "<script>", "[::1", "user@host"]) {
      assert.equal(await statusOf(host), "400", host);
    }
    for (const host of ["", "localhost", "localhost:80", "127.0.0.1:9", "[::1]:80", "A-b.c"]) {
      assert.equal(await statusOf(host), "200", host);
    }
  }
});
