/** `serve` on a warehouse that is away, refuses it and comes back; and the addresses it listens on. */
import assert from "node:assert/strict";
import { serveMart } from "../../lib/looking/serve_mart.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { DATABASE, startVerticaServer } from "../vertica-server/server.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { inFolder } from "../support/folder.ts";
import { recordingLog, SILENT } from "../support/logs.ts";
import { freePort } from "../support/network/ports.ts";
import { transaction } from "../support/partitions/rows.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { until } from "../support/until.ts";
import { ownVerticaTest } from "../support/vertica/place.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";
import { DONE } from "../support/warehouse/stale.ts";
import { STRICT_LIMITS } from "../support/warehouse/warehouses.ts";
import { VerticaWarehouse } from "../../lib/warehouse/vertica/warehouse.ts";

ownVerticaTest(
  "a warehouse that stops, refuses and comes back is told apart, and shown again",
  () =>
    inFolder(async (folder) => {
      await using server = await startVerticaServer();
      const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
      let now = Temporal.Instant.from("2022-10-08T00:00:00Z");
      await using warehouse = new VerticaWarehouse({
        ...schemas,
        vertica: await verticaSettingsOf(server.url),
        command: "test",
        now: () => now,
        retry: { log: SILENT, signal: new AbortController().signal, retryFor: 0 },
      });
      await warehouse.migrate();
      const build = async (day: string) => {
        for (const dataset of ["currencies", "transactions"] as const) {
          const rows = dataset === "currencies" ? [] : [transaction(day, { currency_code: "420" })];
          await warehouse.replaceDay(
            await writePartition(folder, dataset, day, rows),
            STRICT_LIMITS,
          );
        }
        await warehouse.buildMart(Temporal.PlainDate.from(day), DONE);
      };
      await build("2022-10-01");

      const port = freePort();
      const stop = new AbortController();
      const served = runCli(["serve", "--json", "--port", `${port}`, "--log-format", "text"], {
        env: { FINPIPE_VERTICA_URL: server.url, FINPIPE_WORK_DIR: folder },
        now: () => now,
        signal: stop.signal,
      });
      const get = async (path: string) => {
        const response = await fetch(`http://localhost:${port}${path}`);
        return `${response.status} ${await response.text()}`;
      };
      /** A question a minute, until the answer is so: one that takes long is not waited for. */
      const untilAnswer = async (path: string, answer: RegExp) => {
        now = now.add({ minutes: 1 });
        await until(async () => answer.test(await get(path).catch(() => "")));
      };
      const dates = async () => {
        const [status, ...rows] = (await get("/api/metrics.json")).split(" ");
        assert.equal(status, "200");
        return JSON.parse(rows.join(" ")).map((row: { date_update: string }) => row.date_update);
      };
      await untilAnswer("/healthz", /^200 ok/);
      assert.deepEqual(await dates(), ["2022-10-01"]);

      // Staging is not configured here: the mart is served without it.
      assert.match(await get("/api/status.json"), /^503 the warehouse has refused finpipe since/);
      assert.match(await get("/status"), /^200 [^]*Nothing was read yet/);

      await server.kill();
      await untilAnswer(
        "/healthz",
        /^503 the warehouse has not answered since 2022-10-08 00:02:00 UTC/,
      );
      await untilAnswer("/api/state.json", /"kind":"away","since":"2022-10-08T00:02:00Z"/);
      assert.deepEqual(await dates(), ["2022-10-01"], "what it has stays");
      await server.start();
      await build("2022-10-02");
      await untilAnswer("/healthz", /^200 ok/);
      assert.deepEqual(await dates(), ["2022-10-01", "2022-10-02"]);

      const password = async (text: string) => {
        const session = await server.engine.openSession({
          user: server.user,
          database: DATABASE,
          clientLabel: "",
          autocommit: true,
        });
        await session.execute(`ALTER USER ${server.user} IDENTIFIED BY '${text}'`);
        await session.close();
      };
      await password("another");
      await untilAnswer(
        "/healthz",
        /^503 the warehouse has refused finpipe since 2022-10-08 00:05:00 UTC: a password/,
      );
      await untilAnswer("/api/state.json", /"kind":"refused"/);
      assert.doesNotMatch(await get("/api/state.json"), /dbadmin|127\.0\.0\.1/);
      assert.deepEqual(await dates(), ["2022-10-01", "2022-10-02"]);
      await password(server.password);
      await untilAnswer("/healthz", /^200 ok/);

      stop.abort();
      const { code, stdout, stderr } = await served;
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), {
        url: `http://localhost:${port}/`,
        host: "127.0.0.1",
        port,
      });
      const [steps, ...log] = stderr.split("\n").filter((line) =>
        /Cannot read|read again/.test(line)
      );
      assert.match(steps!, /Cannot read the steps: Cannot use FINPIPE_PG_URL: it is not set/);
      assert.equal(log.length, 4, stderr);
      assert.match(log[0]!, /warn.*Cannot read the mart: Cannot reach Vertica at/i);
      assert.match(
        log[2]!,
        /error.*Cannot read the mart: .*Invalid username or password\. Check the user, and its password/i,
      );
    }),
);

Deno.test("serve refuses addresses other than loopback, unless --host says otherwise, with a warning", async () => {
  const outside = Deno.networkInterfaces()
    .find(({ address, family }) => family === "IPv4" && !address.startsWith("127."))?.address ??
    // Also an address of this machine that it does not listen on.
    "127.0.0.2";
  const served = async (hostname: string) => {
    const { log, lines } = recordingLog();
    const server = await serveMart({
      open: () => Promise.reject(new FinpipeError("unreachable", "Gone")),
      counted: { statuses: ["done"], types: undefined },
      now: () => Temporal.Instant.from("2022-10-08T00:00:00Z"),
      log,
      hostname,
      port: 0,
    });
    return { server, lines };
  };
  const asked = (hostname: string, port: number) =>
    fetch(`http://${hostname}:${port}/api/state.json`);
  {
    const { server, lines } = await served("127.0.0.1");
    await using _server = server;
    assert.equal(server.url, `http://localhost:${server.port}/`);
    await assert.rejects(
      Deno.connect({ hostname: outside, port: server.port }),
      Deno.errors.ConnectionRefused,
    );
    const response = await asked("localhost", server.port);
    assert.equal((await response.json()).trouble.kind, "away");
    assert.doesNotMatch(lines.join(""), /no login/);
  }
  {
    const { server, lines } = await served("LOCALHOST");
    await using _server = server;
    assert.doesNotMatch(lines.join(""), /no login/);
  }
  // What the system says of an address that is another machine's, or that is none without its network.
  for (const address of ["203.0.113.7", "fe80::1"]) {
    await assert.rejects(served(address), { kind: "configuration" }, address);
  }
  const { server, lines } = await served("0.0.0.0");
  await using _server = server;
  assert.equal(server.url, `http://localhost:${server.port}/`, "no browser goes to 0.0.0.0");
  assert.equal((await (await asked(outside, server.port)).json()).trouble.kind, "away");
  assert.match(lines.join(""), /Whoever reaches 0\.0\.0\.0 sees the mart: there is no login/);
});
