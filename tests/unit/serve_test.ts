/** `serve`: what it answers, how often it asks, and clients that mean no good. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { answersOf, type Shown } from "../../lib/looking/answers.ts";
import { MartBoard } from "../../lib/looking/mart_board.ts";
import { jsonReport } from "../../lib/rendering/mart/json.ts";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { startHttpServer } from "../../lib/runtime/http_server.ts";
import { madeFacts } from "../support/page/facts.ts";

const FACTS = madeFacts({ first: "2022-10-01", days: 3, currencies: [410, 430] });
const SHOWN: Shown = { rows: FACTS.rows, data: packPage(FACTS) };
const LOCAL = { host: "localhost:8080" };

function place(read: () => Promise<Shown> = () => Promise.resolve(SHOWN)) {
  const clock = { now: Temporal.Instant.from("2026-01-01T00:00:00Z"), questions: 0 };
  const board = new MartBoard<Shown>({
    read: () => (clock.questions++, read()),
    versionOf: () => `v${clock.questions}`,
    now: () => clock.now,
    interval: 60_000,
    onTrouble: () => {},
    onRecovered: () => {},
  });
  const answer = answersOf({
    board,
    empty: () => ({ ...SHOWN.data, days: 0 }),
    hosts: ["localhost"],
    patience: 60_000,
  });
  const get = (target: string, headers: Record<string, string> = LOCAL, method = "GET") =>
    Promise.resolve(answer({ method, target, headers }));
  return { clock, board, answer, get };
}

Deno.test("200 clients for five minutes are five questions to the warehouse", async () => {
  const { clock, get } = place();
  for (let second = 0; second < 300; second += 5) {
    await Promise.all(Array.from({ length: 200 }, () => get("/api/state.json")));
    clock.now = clock.now.add({ seconds: 5 });
  }
  assert.equal(clock.questions, 5);
});

Deno.test("a warehouse that is away: what was read stays, and healthz says since when", async () => {
  let isAway = false;
  const { clock, get } = place(() =>
    isAway ? Promise.reject(new FinpipeError("unreachable", "Gone")) : Promise.resolve(SHOWN)
  );
  assert.equal((await get("/healthz")).body, "ok\n");
  isAway = true;
  clock.now = clock.now.add({ minutes: 1 });
  const health = await get("/healthz");
  assert.equal(health.status, 503);
  assert.match(String(health.body), /has not answered since 2026-01-01 00:01:00 UTC/);
  assert.equal((await get("/api/metrics.json")).status, 200);
  isAway = false;
  clock.now = clock.now.add({ minutes: 1 });
  assert.equal((await get("/healthz")).status, 200);
});

Deno.test("what does not pass by itself is told apart, since when, and logged once", async () => {
  const told: string[] = [];
  let error: Error | undefined;
  let now = Temporal.Instant.from("2026-01-01T00:00:00Z");
  const board = new MartBoard<Shown>({
    read: () => error === undefined ? Promise.resolve(SHOWN) : Promise.reject(error),
    versionOf: () => "v",
    now: () => now,
    interval: 60_000,
    onTrouble: (error, kind) => told.push(`${kind}: ${(error as Error).message}`),
    onRecovered: () => told.push("recovered"),
  });
  const answer = answersOf({ board, empty: () => SHOWN.data, hosts: undefined });
  const look = async (next: Error | undefined) => {
    error = next;
    const { status, body } = await answer({ method: "GET", target: "/healthz", headers: {} });
    now = now.add({ minutes: 1 });
    return `${status} ${body}`;
  };
  const wrong = new FinpipeError("configuration", "Wrong password");
  assert.match(
    await look(wrong),
    /^503 the warehouse has refused finpipe since 2026-01-01 00:00:00/,
  );
  assert.match(
    await look(wrong),
    /^503 the warehouse has refused finpipe since 2026-01-01 00:00:00/,
  );
  const locked = new FinpipeError("locked", "In use");
  assert.match(await look(locked), /^200 ok, but another finpipe .* since 2026-01-01 00:02:00 UTC/);
  assert.match(
    await look(new TypeError("bug")),
    /^503 finpipe has failed .* since 2026-01-01 00:03/,
  );
  const limit = new FinpipeError("failed", "Out of time", { passes: "in time" });
  assert.match(await look(limit), /^503 the warehouse has not answered since 2026-01-01 00:04/);
  assert.equal(await look(undefined), "200 ok\n");
  assert.deepEqual(told, [
    "refused: Wrong password",
    "busy: In use",
    "failed: bug",
    "away: Out of time",
    "recovered",
  ]);
  for (const [start, fails] of [[wrong, true], [locked, false]] as const) {
    const board = new MartBoard<Shown>({
      read: () => Promise.reject(start),
      versionOf: () => "",
      now: () => now,
      interval: 0,
      onTrouble: () => {},
      onRecovered: () => {},
    });
    if (fails) await assert.rejects(board.start(), start);
    else await board.start();
  }
});

Deno.test("before anything was read there are no figures", async () => {
  const { get } = place(() => Promise.reject(new FinpipeError("unreachable", "Gone")));
  assert.equal((await get("/api/metrics.json")).status, 503);
  assert.equal((await get("/")).status, 200);
});

Deno.test("metrics.json has the rows of report --format json, of the range", async () => {
  const { get } = place();
  const { body, status } = await get("/api/metrics.json?from=2022-10-02&to=2022-10-02");
  const rows = FACTS.rows.filter(({ date_update }) => date_update === "2022-10-02");
  const wanted = await Array.fromAsync(jsonReport((async function* () {
    yield* rows;
  })()));
  assert.deepEqual([status, body], [200, wanted.join("")]);
  assert.equal((await get("/api/metrics.json?from=2030-01-01")).body, "[]\n");
  for (
    const query of [
      "from=2022-02-30",
      "from=x",
      "from=2022-10-02&to=2022-10-01",
      "from=2022-10-01&from=2022-10-01",
      "form=2022-10-01",
      "from=",
      "to=2022-10-02?x",
    ]
  ) {
    const { status, body, headers } = await get(`/api/metrics.json?${query}`);
    assert.equal(status, 400, query);
    assert.match(String(body), /^Takes from and to/);
    assert.match(JSON.stringify(headers), /nosniff/);
  }
});

Deno.test("what has not changed is not sent again", async () => {
  const { get } = place();
  for (const path of ["/", "/api/page.json"]) {
    const { headers, status } = await get(path);
    assert.equal(status, 200);
    const again = await get(path, { ...LOCAL, "if-none-match": headers!.etag! });
    assert.deepEqual([again.status, again.body], [304, ""]);
    // A proxy that compresses makes the tag a weak one; a cache may name several.
    const several = { ...LOCAL, "if-none-match": `"other", W/${headers!.etag!}` };
    assert.equal((await get(path, several)).status, 304);
    // A browser takes its policy from the last answer, this one too.
    assert.deepEqual(again.headers, headers);
  }
});

Deno.test("no path, method, header or query is told back or breaks anything", async () => {
  const { get } = place();
  const hostile = fc.string({ minLength: 6, unit: "binary" });
  await fc.assert(
    fc.asyncProperty(hostile, hostile, hostile, hostile, async (path, method, query, header) => {
      const other = await get(`/~${path}?${query}`, LOCAL);
      assert.equal(other.status, 404);
      assert.ok(!String(other.body).includes(path));
      const used = await get("/", LOCAL, method);
      assert.deepEqual([used.status, used.headers!.allow], [405, "GET, HEAD"]);
      const asked = await get(`/api/metrics.json?${query}`, LOCAL);
      assert.ok([200, 400].includes(asked.status));
      assert.equal((await get("/", { host: `${header}.test` })).status, 421);
      assert.equal((await get("/", { ...LOCAL, "if-none-match": header })).status, 200);
      for (const { headers } of [other, used, asked]) {
        assert.match(headers!["content-security-policy"]!, /frame-ancestors 'none'/);
        assert.equal(headers!["x-content-type-options"], "nosniff");
      }
    }),
  );
});

Deno.test("200 clients at once, HEAD, and the end of a server with clients that are silent", async () => {
  const { answer } = place();
  const server = await startHttpServer({
    hostname: "127.0.0.1",
    port: 0,
    option: "--port",
    what: "the mart",
    answer,
  });
  const url = `http://localhost:${server.port}`;
  const bodies = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const response = await fetch(`${url}/api/page.json`);
      return [response.status, (await response.json()).days];
    }),
  );
  assert.deepEqual(bodies, Array(200).fill([200, 3]));
  const head = await fetch(`${url}/`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.ok(Number(head.headers.get("content-length")) > 10_000);
  assert.equal(await head.text(), "");
  using silent = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await silent.write(new TextEncoder().encode("GET / HT"));
  await assert.rejects(
    startHttpServer({
      hostname: "127.0.0.1",
      port: server.port,
      option: "--port",
      what: "the mart",
      answer,
    }),
    /Cannot serve the mart on 127\.0\.0\.1:\d+: the port is in use/,
  );
  await server[Symbol.asyncDispose]();
  assert.equal(await silent.read(new Uint8Array(100)).catch(() => null), null);
});
