/** COPY with data of the client's, as the Vertica test server speaks it, with a scripted engine behind it. */
import assert from "node:assert/strict";
import { ByteReader } from "../wire/byte_reader.ts";
import { codes, errorFields, RawClient, rowValues } from "../raw_client.ts";
import { ScriptedEngine } from "../scripted_engine.ts";
import { startServerOn, type VerticaServer } from "../server.ts";

async function withClient(
  test: (
    client: RawClient,
    engine: ScriptedEngine,
    server: VerticaServer<ScriptedEngine>,
  ) => Promise<void>,
): Promise<void> {
  const engine = new ScriptedEngine();
  await using server = await startServerOn(engine, { auth: "trust" });
  using client = await RawClient.ready({ port: server.port });
  await test(client, engine, server);
}

/** Begins a COPY, up to where the server wants data. */
async function begin(client: RawClient): Promise<void> {
  await client.send("Q", (out) => out.cstring("COPY t FROM LOCAL STDIN"));
  const asked = await client.until("F");
  assert.equal(codes(asked), "TF");
  // No input files, no file for rejections, none for exceptions: STDIN.
  assert.deepEqual([...asked[1]!.body], [0, 0, 0, 0]);
  await client.send("F", (out) => out.int32(0));
  assert.equal(codes(await client.until("G")), "G");
}

async function data(client: RawClient, text: string): Promise<void> {
  await client.send("d", (out) => out.text(text));
}

Deno.test("COPY LOCAL: rows are counted, rejected ones told by number", async () => {
  await withClient(async (client, engine) => {
    await begin(client);
    await data(client, "1\nba");
    await data(client, "d\n3\n");
    await client.send("j");
    const batch = await client.until("J");
    assert.equal(codes(batch), "OJ");
    const rejected = new ByteReader(batch[0]!.body);
    assert.deepEqual([rejected.cstring(), rejected.int32()], ["", 8]);
    assert.deepEqual([...rejected.bytes(8)], [2, 0, 0, 0, 0, 0, 0, 0]);
    await client.send("c");
    const end = await client.until("Z");
    assert.equal(codes(end), "DCZ");
    assert.deepEqual(rowValues(end[0]!.body), ["2"]);
    assert.equal(engine.copies[0]?.end, "finished");
  });
});

Deno.test("COPY LOCAL: an error in its middle is told once; the rest of the data is read over", async () => {
  await withClient(async (client) => {
    await begin(client);
    await data(client, "1\nfatal\n");
    const answers = await client.until("Z");
    assert.equal(codes(answers), "EZ");
    assert.equal(errorFields(answers[0]!.body).C, "22V04");
    for (let i = 0; i < 20; i++) await data(client, "4\n".repeat(1000));
    for (const code of ["j", "c"]) await client.send(code);
    assert.equal(codes(await client.query("ROWS 0")), "TCZ");
  });
});

Deno.test("COPY LOCAL: a client that gives up, by CopyError or CopyFail, hears the error of it", async () => {
  await withClient(async (client, engine) => {
    for (const code of ["e", "f"]) {
      await begin(client);
      await data(client, "1\n");
      await client.send(code, (out) => {
        if (code === "e") out.cstring("x.py").int32(7).cstring("read");
        out.cstring("disk gone");
      });
      const answers = await client.until("Z");
      assert.equal(codes(answers), "EZ");
      assert.match(errorFields(answers[0]!.body).M!, /disk gone/);
    }
    assert.deepEqual(engine.copies.map(({ end }) => end), ["failed", "failed"]);
  });
});

Deno.test("COPY LOCAL: a client may refuse before it sends data, but not offer files", async () => {
  await withClient(async (client, engine) => {
    await client.send("Q", (out) => out.cstring("COPY t FROM LOCAL STDIN"));
    await client.until("F");
    await client.send("e", (out) => out.cstring("").int32(0).cstring("").cstring("not allowed"));
    assert.equal(codes(await client.until("Z")), "EZ");
    await client.send("Q", (out) => out.cstring("COPY t FROM LOCAL STDIN"));
    await client.until("F");
    await client.send("F", (out) => out.int32(1).cstring("/etc/passwd").uint64(9n));
    assert.equal(codes(await client.until("never")), "E");
    assert.deepEqual(engine.copies.map(({ end }) => end), ["failed", "failed"]);
  });
});

Deno.test("COPY FROM STDIN: neither a description nor a batch", async () => {
  await withClient(async (client, engine) => {
    await client.send("Q", (out) => out.cstring("COPY t FROM STDIN"));
    assert.equal(codes(await client.until("G")), "G");
    await data(client, "1\n2\n");
    await client.send("c");
    assert.equal(codes(await client.until("Z")), "CZ");
    assert.equal(engine.copies[0]?.bytes, 4);
  });
});

Deno.test("COPY FROM STDIN: the end of a batch belongs to COPY LOCAL", async () => {
  await withClient(async (client) => {
    await client.send("Q", (out) => out.cstring("COPY t FROM STDIN"));
    await client.send("j");
    const answer = await client.until("Z");
    assert.match(codes(answer), /E/);
    assert.ok(!codes(answer).includes("J"));
  });
});

Deno.test("COPY: a client that goes in its middle leaves nothing", async () => {
  await withClient(async (client, engine, server) => {
    await begin(client);
    await data(client, "1\n");
    client[Symbol.dispose]();
    await server.idle();
    assert.equal(engine.copies[0]?.end, "failed");
    assert.equal(engine.openSessions, 0);
  });
});

Deno.test("COPY: an engine that takes its time is not run over", async () => {
  await withClient(async (client, engine) => {
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    engine.beforeWrite = () => gate;
    await begin(client);
    const block = new Uint8Array(1024 * 1024).fill(0x30);
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < 64; i++) {
        await client.send("d", (out) => out.bytes(block));
        sent += block.length;
      }
      await client.send("j");
    })();
    // What the kernel and the server hold of a stream that nobody reads.
    for (let before = -1; sent !== before;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.ok(sent < 32 * block.length, `${sent} bytes were taken by a server that reads none`);
    openGate();
    await sending;
    await client.until("J");
    assert.equal(engine.copies[0]?.bytes, 64 * block.length);
    assert.ok(engine.copies[0].longest <= 256 * 1024);
  });
});

Deno.test("COPY: one message of 200 MB goes through in pieces", async () => {
  await withClient(async (client, engine) => {
    await begin(client);
    const block = new Uint8Array(1024 * 1024);
    const header = new Uint8Array(5);
    header[0] = "d".charCodeAt(0);
    new DataView(header.buffer).setInt32(1, 200 * block.length + 4);
    await client.write(header);
    for (let i = 0; i < 200; i++) await client.write(block);
    await client.send("j");
    await client.until("J");
    assert.equal(engine.copies[0]?.bytes, 200 * block.length);
    assert.ok(engine.copies[0].longest <= 256 * 1024);
  });
});
