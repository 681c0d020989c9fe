/** The Vertica test server as clients meet it: messages in order, with a scripted engine behind it. */
import assert from "node:assert/strict";
import { TOO_MANY_SESSIONS } from "../faults.ts";
import type { Frame } from "../wire/frames.ts";
import { codes, errorFields, RawClient, rowValues } from "../raw_client.ts";
import { ScriptedEngine } from "../scripted_engine.ts";
import { type ServerOptions, startServerOn, type VerticaServer } from "../server.ts";

async function withServer(
  test: (server: VerticaServer<ScriptedEngine>, engine: ScriptedEngine) => Promise<void>,
  options: ServerOptions = {},
): Promise<void> {
  const engine = new ScriptedEngine();
  await using server = await startServerOn(engine, options);
  await test(server, engine);
}

function error(frames: readonly Frame[]): Record<string, string> {
  const frame = frames.find(({ code }) => code === "E");
  assert.ok(frame, `There is no error in ${codes(frames)}`);
  return errorFields(frame.body);
}

function statusOf(frames: readonly Frame[]): string {
  return new TextDecoder().decode(frames.at(-1)!.body);
}

for (const auth of ["trust", "password", "sha512", "oauth"] as const) {
  Deno.test(`login: ${auth} lets the right user in, and tells it of its session`, async () => {
    await withServer(async ({ port }, engine) => {
      const parameters = { autocommit: "off" };
      using client = await RawClient.ready({ port, label: "mine", parameters });
      assert.equal(client.parameters.protocol_version, "196624");
      assert.equal(client.parameters.auto_commit, "off");
      assert.equal(client.parameters.client_label, "mine");
      assert.deepEqual(engine.started, [
        { user: "dbadmin", database: "finpipe", clientLabel: "mine", autocommit: false },
      ]);
    }, { auth });
  });

  if (auth === "trust") continue;
  Deno.test(`login: ${auth} keeps all others out`, async () => {
    await withServer(async ({ port }, engine) => {
      for (const wrong of [{ password: "wrong" }, { user: "nobody" }]) {
        const { client, answers } = await RawClient.open({ port, ...wrong });
        using _client = client;
        const { S, C, M } = error(answers);
        assert.deepEqual([S, C], ["FATAL", "28000"]);
        if (auth !== "oauth") assert.equal(M, "Invalid username or password");
        assert.equal(await client.receive(), undefined);
      }
      assert.equal(engine.openSessions, 0);
    }, { auth });
  });
}

Deno.test("login: a protocol older than the server's is spoken, a newer one is not", async () => {
  await withServer(async ({ port }) => {
    for (const [asked, spoken] of [[196608 + 8, 196608 + 8], [196608 + 17, 196608 + 16]]) {
      using client = await RawClient.ready({ port, protocol: asked! });
      assert.equal(client.parameters.protocol_version, String(spoken));
    }
  });
});

Deno.test("login: no database of that name, and a fault of all logins, are FATAL", async () => {
  await withServer(async ({ port, faults }) => {
    const { client, answers } = await RawClient.open({ port, database: "other" });
    using _client = client;
    assert.equal(error(answers).S, "FATAL");
    assert.equal(error(answers).C, "3D000");
    faults.login = TOO_MANY_SESSIONS;
    const { client: second, answers: refused } = await RawClient.open({ port });
    using _second = second;
    assert.equal(error(refused).C, "53300");
  });
});

Deno.test("opening: load balancing and TLS are declined where there are none", async () => {
  await withServer(async ({ port }) => {
    using client = new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    assert.equal(await client.ask("load balance"), "N");
    assert.equal(await client.ask("tls"), "N");
  });
});

Deno.test("a message that is none ends the connection with an error, and the server lives", async () => {
  await withServer(async ({ port }, engine) => {
    using client = await RawClient.ready({ port });
    await client.send("!");
    const answers = await client.until("never");
    assert.equal(error(answers).C, "08P01");
    using _next = await RawClient.ready({ port });
    assert.equal(engine.openSessions, 1);
  });
});

Deno.test("a client whose bytes come one by one is understood", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port, bytesAtOnce: 1 });
    assert.equal(codes(await client.query("ROWS 1; BEGIN")), "TDCCZ");
    await client.send("Q", (out) => out.cstring("COPY t FROM STDIN"));
    await client.send("d", (out) => out.text("1\n2\n"));
    await client.send("c");
    assert.equal(codes(await client.until("Z")), "GCZ");
  });
});

Deno.test("many clients at once are served, each with its own answers", async () => {
  await withServer(async (server, engine) => {
    await Promise.all(Array.from({ length: 50 }, async (_, n) => {
      using client = await RawClient.ready({ port: server.port, label: `client ${n}` });
      for (let i = 0; i < 5; i++) {
        assert.equal((await client.query(`ROWS ${n}`)).length, n + 3);
      }
    }));
    await server.idle();
    assert.equal(engine.openSessions, 0);
    assert.equal(new Set(server.faults.sessions.map(({ label }) => label)).size, 50);
  });
});

Deno.test("simple query: each statement has its answer, the first error ends the rest", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port });
    const rows = await client.query("ROWS 2; BEGIN");
    assert.equal(codes(rows), "TDDCCZ");
    assert.equal(statusOf(rows), "T");
    assert.deepEqual(rowValues(rows[1]!.body), ["1", "row 1"]);
    const failed = await client.query("ROWS 1; FAIL; COMMIT");
    assert.equal(codes(failed), "TDCEZ");
    assert.equal(statusOf(failed), "T");
    assert.deepEqual(error(failed), {
      S: "ERROR",
      C: "42601",
      M: 'Syntax error at or near "FAIL"',
      H: "Say something else",
      P: "1",
      V: "4856",
    });
    assert.equal(codes(await client.query(" ")), "IZ");
    assert.equal(codes(await client.query("SET autocommit TO off")), "SCZ");
  });
});

Deno.test("extended query: prepared, described, bound and executed", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port });
    await client.send("P", (out) => out.cstring("s0").cstring("ECHO ? ?").int16(0));
    await client.send("D", (out) => out.byte(0x53).cstring("s0"));
    await client.send("H");
    assert.equal(codes(await client.until("m")), "1tTm");
    await bind(client, "s0", ["a", null]);
    await client.send("E", (out) => out.cstring("").int32(0));
    await client.send("S");
    const answers = await client.until("Z");
    assert.equal(codes(answers), "2DsZ");
    assert.deepEqual(rowValues(answers[1]!.body), ["a", null]);
    await client.send("C", (out) => out.byte(0x53).cstring("s0"));
    await client.send("S");
    assert.equal(codes(await client.until("Z")), "3Z");
    await bind(client, "s0", []);
    await client.send("S");
    assert.equal(error(await client.until("Z")).C, "26000");
  });
});

Deno.test("extended query: after an error all is read over, up to Sync", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port });
    await client.send("P", (out) => out.cstring("s0").cstring("FAIL").int16(0));
    await bind(client, "s0", []);
    await client.send("E", (out) => out.cstring("").int32(0));
    await bind(client, "s0", []);
    await client.send("S");
    assert.equal(codes(await client.until("Z")), "12EZ");
    assert.equal(codes(await client.query("ROWS 0")), "TCZ");
  });
});

Deno.test("extended query: the unnamed statement says what each of its parts is", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port });
    await client.send("P", (out) => out.cstring("").cstring("ROWS 1; COMMIT").int16(0));
    await client.send("H");
    const answers = await client.until("1");
    assert.equal(codes(answers), "mm1");
  });
});

Deno.test("cancel: the statement that runs ends with an error, and the session goes on", async () => {
  await withServer(async ({ port }) => {
    using client = await RawClient.ready({ port });
    await client.send("Q", (out) => out.cstring("WAIT"));
    using other = new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    await other.cancel({ ...client.key, key: client.key.key ^ 1 });
    assert.equal(await other.receive(), undefined);
    using right = new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    await right.cancel(client.key);
    assert.equal(await right.receive(), undefined);
    assert.equal(error(await client.until("Z")).C, "57014");
    assert.equal(codes(await client.query("ROWS 0")), "TCZ");
  });
});

Deno.test("a client that goes while its statement runs has it cancelled and its session closed", async () => {
  await withServer(async (server, engine) => {
    const client = await RawClient.ready({ port: server.port });
    await client.send("Q", (out) => out.cstring("WAIT"));
    client[Symbol.dispose]();
    await server.idle();
    assert.equal(engine.openSessions, 0);
  });
});

Deno.test("rows wait for a client that does not read", async () => {
  await withServer(async (server, engine) => {
    using client = await RawClient.ready({ port: server.port });
    await client.send("Q", (out) => out.cstring("ROWS 10000000"));
    assert.equal((await client.receive())?.code, "T");
    const asked = await settled(() => engine.rowsAsked);
    assert.ok(asked < 5_000_000, `${asked} rows were made for a client that reads none`);
  });
});

/** A number that does not change any more. */
async function settled(read: () => number): Promise<number> {
  for (let before = -1;;) {
    const now = read();
    if (now === before && now > 0) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function bind(
  client: RawClient,
  statement: string,
  values: readonly (string | null)[],
): Promise<void> {
  await client.send("B", (out) => {
    out.cstring("").cstring(statement).int16(0).int16(values.length);
    for (const _ of values) out.int32(9);
    for (const value of values) out.value(value);
    out.int16(0);
  });
}
