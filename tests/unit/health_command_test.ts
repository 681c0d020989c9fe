/** `finpipe health`: what it says of a process that is well, is not, and is not there. */
import assert from "node:assert/strict";
import { serveHealth } from "../../lib/runtime/health.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { SILENT } from "../support/logs.ts";

const METRICS = { contentType: "text/plain", text: () => "" };

async function ask(port: number, ...args: string[]) {
  const { code, stdout, stderr } = await runCli(["health", "--port", String(port), ...args]);
  return { code, stdout, stderr };
}

Deno.test("a process that is well is 0; one that is not is 1, and says why", async () => {
  const state = { dead: undefined as string | undefined, blocked: "starting" };
  const health = { healthz: () => state.dead, readyz: () => state.blocked, metrics: METRICS };
  await using server = await serveHealth(0, health, SILENT);
  const { port } = server;
  assert.deepEqual(await ask(port), { code: 0, stdout: "ok\n", stderr: "" });
  assert.deepEqual(await ask(port, "--ready"), { code: 1, stdout: "starting\n", stderr: "" });
  state.dead = "the loop has not moved\u001b[2J for 61 s";
  const { code, stdout } = await ask(port, "--json");
  assert.equal(code, 1);
  assert.deepEqual(JSON.parse(stdout), {
    ok: false,
    status: 503,
    text: "the loop has not moved\\u001b[2J for 61 s",
  });
});

Deno.test("where nobody answers it is 69, with what to look at", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code, stderr } = await ask(port);
  assert.equal(code, 69);
  assert.match(
    stderr,
    new RegExp(`Nothing says how it is at http://127.0.0.1:${port}/healthz: Connection refused\\n`),
  );
  assert.match(stderr, /--metrics-port/);
});

Deno.test("another program at the port is no finpipe that is well", async () => {
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(null, { status: 302, headers: { location: "/" } }),
  );
  assert.deepEqual(await ask(other.addr.port), { code: 1, stdout: "status 302\n", stderr: "" });
});
