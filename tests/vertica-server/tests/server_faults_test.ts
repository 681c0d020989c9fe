/** Faults on demand of the Vertica test server, with a scripted engine behind it. */
import assert from "node:assert/strict";
import { VerticaError } from "../engine.ts";
import { codes, errorFields, RawClient } from "../raw_client.ts";
import { ScriptedEngine } from "../scripted_engine.ts";
import { startServerOn, type VerticaServer } from "../server.ts";

async function withServer(
  test: (server: VerticaServer<ScriptedEngine>, engine: ScriptedEngine) => Promise<void>,
): Promise<void> {
  const engine = new ScriptedEngine();
  await using server = await startServerOn(engine, { auth: "trust" });
  await test(server, engine);
}

/** A load as a client does it: five messages of its own, and what came of it. */
async function load(client: RawClient): Promise<string> {
  await client.send("Q", (out) => out.cstring("COPY t FROM LOCAL STDIN"));
  await client.send("F", (out) => out.int32(0));
  await client.send("d", (out) => out.text("1\n2\n"));
  await client.send("j");
  await client.send("c");
  return codes(await client.until("Z"));
}

Deno.test("faults: the messages of each session are counted and named", async () => {
  await withServer(async ({ port, faults }) => {
    using first = await RawClient.ready({ port, label: "first" });
    using second = await RawClient.ready({ port, label: "second" });
    await load(first);
    await second.query("ROWS 1");
    assert.deepEqual(
      faults.sessions.map(({ label, messages }) => [label, messages.map(({ code }) => code)]),
      [["first", ["Q", "F", "d", "j", "c"]], ["second", ["Q"]]],
    );
    assert.equal(faults.sessions[1]!.messages[0]!.statement, "ROWS 1");
    faults.forget();
    assert.deepEqual(faults.sessions, []);
  });
});

Deno.test("faults: cut before a message, at each of a load's: nothing of it is done", async () => {
  for (let message = 1; message <= 5; message++) {
    await withServer(async (server, engine) => {
      server.faults.arm({ kind: "cut before", message });
      using client = await RawClient.ready({ port: server.port });
      assert.doesNotMatch(await tried(load(client)), /Z/);
      await server.idle();
      const [copy] = engine.copies;
      assert.equal(copy?.end, message === 1 ? undefined : "failed");
      assert.equal(copy?.bytes ?? 0, message <= 3 ? 0 : 4);
    });
  }
});

Deno.test("faults: cut after a message, at each of a load's: it is done, but not answered", async () => {
  for (let message = 1; message <= 5; message++) {
    await withServer(async (server, engine) => {
      server.faults.arm({ kind: "cut after", message });
      using client = await RawClient.ready({ port: server.port });
      assert.doesNotMatch(await tried(load(client)), /Z/);
      await server.idle();
      const [copy] = engine.copies;
      assert.equal(copy?.end, message === 5 ? "finished" : "failed");
      assert.equal(copy?.bytes, message < 3 ? 0 : 4);
    });
  }
});

Deno.test("faults: an error instead of a message, at each of a load's", async () => {
  const error = new VerticaError("55V03", 5156, "Unavailable: lock table - timeout error");
  for (let message = 1; message <= 5; message++) {
    await withServer(async ({ port, faults }, engine) => {
      faults.arm({ kind: "error", message, error });
      using client = await RawClient.ready({ port });
      assert.match(await load(client), /EZ$/);
      assert.notEqual(engine.copies[0]?.end, "finished");
      // What was sent too early is read over, and the session goes on.
      assert.equal(codes(await client.query("ROWS 0")), "TCZ");
    });
  }
});

Deno.test("faults: by default an error is a node that shuts down, which ends the session", async () => {
  await withServer(async ({ port, faults }) => {
    faults.arm({ kind: "error", statement: /^COMMIT/, times: 2 });
    for (const expected of ["57V01", "57V01", undefined]) {
      using client = await RawClient.ready({ port });
      assert.equal(codes(await client.query("BEGIN")), "CZ");
      const [first] = await client.query("COMMIT");
      const code = first?.code === "E" ? errorFields(first.body).C : undefined;
      assert.equal(code, expected);
    }
  });
});

Deno.test("faults: a stalled message is never answered, and the server can still be closed", async () => {
  await withServer(async (server, engine) => {
    server.faults.arm({ kind: "stall", code: "Q", label: /^slow/ });
    using other = await RawClient.ready({ port: server.port, label: "other" });
    assert.equal(codes(await other.query("ROWS 0")), "TCZ");
    using client = await RawClient.ready({ port: server.port, label: "slow one" });
    await client.send("Q", (out) => out.cstring("ROWS 1"));
    // Answers to others come in the meantime.
    assert.equal(codes(await other.query("ROWS 0")), "TCZ");
    await server.kill();
    assert.equal(await client.receive(), undefined);
    assert.equal(engine.openSessions, 0);
  });
});

Deno.test("faults: COPY can be read slowly", async () => {
  await withServer(async ({ port, faults }) => {
    faults.copyRate = 1000;
    using client = await RawClient.ready({ port });
    const before = performance.now();
    await client.send("Q", (out) => out.cstring("COPY t FROM STDIN"));
    await client.send("d", (out) => out.text("1\n".repeat(100)));
    await client.send("c");
    assert.equal(codes(await client.until("Z")), "GCZ");
    // 200 bytes; a timer is never early by more than its rounding.
    assert.ok(performance.now() - before >= 195);
  });
});

Deno.test("faults: taken back, none strikes", async () => {
  await withServer(async ({ port, faults }) => {
    faults.arm({ kind: "cut before", code: "Q" });
    faults.clear();
    using client = await RawClient.ready({ port });
    assert.equal(codes(await client.query("ROWS 0")), "TCZ");
  });
});

Deno.test("a server that refuses keeps its sessions; one that restarts loses them and keeps its port", async () => {
  await withServer(async (server) => {
    const { port } = server;
    using client = await RawClient.ready({ port });
    await server.refuse();
    await assert.rejects(RawClient.ready({ port }), Deno.errors.ConnectionRefused);
    assert.equal(codes(await client.query("ROWS 0")), "TCZ");
    await server.start();
    using _second = await RawClient.ready({ port });
    await server.restart();
    assert.equal(await client.receive(), undefined);
    assert.equal(server.port, port);
    using _third = await RawClient.ready({ port });
  });
});

/** The codes of answers, or those that came before the connection broke. */
async function tried(answers: Promise<string>): Promise<string> {
  try {
    return await answers;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
      return "";
    }
    throw error;
  }
}
