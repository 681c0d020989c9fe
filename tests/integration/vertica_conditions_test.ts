/**
 * What a Vertica server does to finpipe: mergeouts, locks, restarts, closed sessions, missing rights;
 * and what its DBA sees. On the test server, whose ways can be set.
 */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { Identifier, templatesOf } from "../../lib/sql/template.ts";
import { schemaValues } from "../../lib/warehouse/variables.ts";
import { until } from "../support/until.ts";
import { csv, writePartition, writePartitionText } from "../support/partitions/reference.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { DAY, day, serverTest } from "../support/vertica/conditions.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

serverTest("a swap that meets a mergeout is called again, three times", async (place) => {
  await place.load(1);
  place.engine.switches.mergeoutConflicts = 3;
  await place.load(2);
  assert.equal(await place.standing(), "2");

  place.engine.switches.mergeoutConflicts = 4;
  const error = await place.load(3).catch((error) => error);
  assert.ok(isKind(error, "failed") || isKind(error, "locked"), String(error));
  assert.equal(await place.standing(), "2");
  assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
  assert.equal(place.engine.switches.mergeoutConflicts, 0);
  assert.equal(await place.warehouse.undoDay("transactions", day), true);
  assert.equal(await place.standing(), "1");
});

for (const kind of ["error", "cut after"] as const) {
  serverTest(`a swap whose COMMIT has the answer "${kind}" is not called again`, async (place) => {
    const { faults } = place.server;
    const loadAnew = async (amount: number) => {
      await using warehouse = place.vertica.warehouse({ ...place.schemas, now: () => NOW });
      return await place.load(amount, warehouse).catch((error: unknown) => error);
    };
    const isSwap = ({ statement }: { statement: string }) => /SWAP_PARTITIONS/.test(statement);
    await place.load(1);
    faults.forget();
    await loadAnew(2);
    const session = faults.sessions.find(({ messages }) => messages.some(isSwap))!;
    const swap = session.messages.findIndex(isSwap) + 1;
    assert.equal(session.messages[swap]!.statement, "COMMIT");

    const error = new VerticaError("XX000", 2000, "an error of chance");
    faults.arm({ kind, message: swap + 1, statement: /^COMMIT$/, error });
    await loadAnew(3);
    faults.clear();
    // Whatever was said of it, the day was swapped; what was not recorded is by who comes next.
    assert.equal(await place.standing(), "3");
    assert.equal(await place.warehouse.undoDay("transactions", day), true);
    assert.equal(await place.standing(), "2");
    const record = await place.warehouse.loadRecord("transactions", day);
    assert.equal(record?.controlTotal, "2");
    assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
  });
}

serverTest(
  "a lock that others hold for too long leaves the old day, and is said",
  async (place) => {
    await place.load(1);
    place.engine.lockTimeout = 50;
    const reader = await place.vertica.session();
    await reader.query(`LOCK TABLE ${place.schemas.stagingSchema}.transactions IN SHARE MODE`);
    const error = await place.load(2).catch((error) => error);
    assert.ok(isKind(error, "locked"), String(error));
    assert.match(error.hint!, /v_monitor.locks/);
    await reader.close();
    assert.equal(await place.standing(), "1");
    assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
    await place.load(2);
    assert.equal(await place.standing(), "2");
  },
);

serverTest("no day is swapped in while a mart is built", async (place) => {
  await place.load(100);
  const folder = await Deno.makeTempDir();
  const rates = await writePartition(folder, "currencies", DAY, [rate(DAY)]);
  await place.warehouse.replaceDay(rates, STRICT_LIMITS);
  await Deno.remove(folder, { recursive: true });
  const { faults } = place.server;
  const between = /INSERT INTO \S+global_metrics_left_out/;
  faults.arm({ kind: "stall", statement: between });
  const building = place.warehouse.buildMart(day, { statuses: ["done"], strict: false });
  building.catch(() => {});
  await until(() =>
    faults.sessions.some(({ messages }) => between.test(messages.at(-1)?.statement ?? ""))
  );
  place.engine.lockTimeout = 50;
  await using other = place.vertica.warehouse({ ...place.schemas, now: () => NOW });
  const error = await place.load(200, other).catch((error) => error);
  assert.ok(isKind(error, "locked"), String(error));
  assert.equal(await place.standing(), "100");
  await place.server.kill();
  await assert.rejects(building, (error) => isKind(error, "unreachable"));
  await place.server.start();
  await using next = place.vertica.warehouse({ ...place.schemas, now: () => NOW });
  await place.load(200, next);
  assert.equal(await place.standing(), "200");
});

serverTest("a server that restarts in the middle of a COPY is waited for", async (place) => {
  await place.load(1);
  place.server.faults.arm({ kind: "stall", code: "d" });
  await using patient = place.vertica.warehouse({
    ...place.schemas,
    now: () => NOW,
    retryFor: 30_000,
  });
  const loading = place.load(2, patient);
  while (!place.server.faults.sessions.some(({ messages }) => messages.at(-1)?.code === "d")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await place.server.restart();
  await loading;
  assert.equal(await place.standing(), "2");
});

serverTest(
  "a load that is interrupted in the middle of a COPY leaves the old day",
  async (place) => {
    await place.load(1);
    const interrupted = new AbortController();
    place.server.faults.arm({ kind: "stall", code: "d" });
    const folder = await Deno.makeTempDir();
    const rows = [transaction(DAY, { amount: "2" })];
    const file = await writePartition(folder, "transactions", DAY, rows);
    const limits = { maxRejected: 0, signal: interrupted.signal };
    const loading = place.warehouse.replaceDay(file, limits);
    loading.catch(() => {});
    while (!place.server.faults.sessions.some(({ messages }) => messages.at(-1)?.code === "d")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    interrupted.abort(new Error("SIGTERM"));
    await assert.rejects(loading, /^Error: SIGTERM/);
    await Deno.remove(folder, { recursive: true });
    assert.equal(await place.standing(), "1");
    await place.load(3);
    assert.equal(await place.standing(), "3");
  },
);

serverTest("a load whose lock is gone is begun anew, and not swapped in", async (place) => {
  await place.load(1);
  const held = { kind: "cut before", statement: /AS held/ } as const;
  place.server.faults.arm(held);
  const error = await place.load(2).catch((error) => error);
  assert.ok(isKind(error, "unreachable"), String(error));
  assert.match(`${error.message} ${error.hint}`, /Lost the lock.*IDLESESSIONTIMEOUT/);
  assert.equal(await place.standing(), "1");
  place.server.faults.arm(held);
  const again = { ...place.schemas, now: () => NOW, retryFor: 30_000 };
  await using patient = place.vertica.warehouse(again);
  await place.load(2, patient);
  assert.equal(await place.standing(), "2");
});

serverTest("a DBA finds sessions by command and day, and the lock of a load", async (place) => {
  await place.warehouse.checkSchema();
  await place.warehouse.loadRecord("transactions", day);
  const labels = await place.query(
    "SELECT client_label FROM v_monitor.sessions WHERE client_label LIKE 'finpipe:%'",
  );
  const found = labels.map(({ client_label }) => client_label);
  assert.ok(found.includes("finpipe:test:2022-10-01"), found.join());

  place.server.faults.arm({ kind: "stall", code: "c" });
  const aborted = new AbortController();
  const folder = await Deno.makeTempDir();
  const file = await writePartition(folder, "transactions", DAY, [transaction(DAY)]);
  const loading = place.warehouse.replaceDay(file, { ...STRICT_LIMITS, signal: aborted.signal });
  loading.catch(() => {});
  while (!place.server.faults.sessions.some(({ messages }) => messages.at(-1)?.code === "c")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const locks = await place.query(
    "SELECT object_name, lock_mode FROM v_monitor.locks WHERE object_name LIKE '%_lock'",
  );
  assert.deepEqual(locks.map(({ lock_mode }) => lock_mode), ["X"]);
  await place.server.kill();
  await loading.catch(() => {});
  await Deno.remove(folder, { recursive: true });
  await place.server.start();
});

serverTest("what grants.sql gives is enough, and without it a person is told", async (place) => {
  const schemas = place.vertica.newSchemas();
  const script = await Deno.readTextFile(
    new URL("../../sql/warehouse/vertica/grants.sql", import.meta.url),
  );
  const dba = await place.vertica.session();
  await dba.query("CREATE USER finpipe");
  const url = new URL(place.vertica.url);
  url.username = "finpipe";
  const options = { ...schemas, now: () => NOW };
  await using warehouse = await place.vertica.warehouseAt(url.href, options);
  const error = await warehouse.migrate().catch((error) => error);
  assert.ok(isKind(error, "configuration"), String(error));
  assert.match(error.hint!, /grants.sql/);

  const values = {
    ...schemaValues(schemas),
    finpipe_user: new Identifier("finpipe"),
    finpipe_database: new Identifier(place.engine.database),
    reader_role: new Identifier("finpipe_reader"),
  };
  for (const statement of templatesOf(script)) await dba.query(statement.withLiterals(values));
  await dba.query("COMMIT");
  await dba.close();
  assert.deepEqual(await warehouse.migrate(), [
    "001_tables",
    "002_records",
    "003_fingerprints",
    "004_core",
  ]);
  await warehouse.checkSchema();
  await place.load(5, warehouse);
  const folder = await Deno.makeTempDir();
  const currencies = await writePartition(folder, "currencies", DAY, [rate(DAY)]);
  await warehouse.replaceDay(currencies, STRICT_LIMITS);
  await warehouse.buildMart(day, { statuses: ["done"], strict: true });
  assert.equal((await Array.fromAsync(warehouse.mart())).length, 1);
  assert.equal(await warehouse.undoDay("transactions", day), true);
  const rows = [transaction(DAY), transaction(DAY, { amount: "x" })];
  const figures = { rows: 2, control_total: "100" };
  const refused = await writePartitionText(folder, "transactions", DAY, csv(rows), figures);
  const record = await warehouse.replaceDay(refused, { ...STRICT_LIMITS, maxRejected: 1 });
  assert.equal(record.refused, 1n);
  await Deno.remove(folder, { recursive: true });
});

for (const swapCommits of [true, false]) {
  const does = swapCommits ? "commits" : "does not commit";
  serverTest(
    `a swap that ${does} its transaction is loaded, undone and ended by`,
    async (place) => {
      place.engine.switches.swapCommits = swapCommits;
      await place.load(1);
      await place.load(2);
      assert.equal(await place.standing(), "2");
      assert.equal(await place.warehouse.undoDay("transactions", day), true);
      assert.equal(await place.standing(), "1");

      // Between the swap and its COMMIT nobody knows what came of it, but the day.
      const { faults } = place.server;
      faults.arm({ kind: "cut after", statement: /SWAP_PARTITIONS/ });
      const error = await place.load(3).catch((error) => error);
      assert.ok(isKind(error, "unreachable"), String(error));
      assert.equal(await place.standing(), swapCommits ? "3" : "1");
      faults.clear();
      await place.load(4);
      assert.equal(await place.standing(), "4");
      assert.equal(await place.warehouse.undoDay("transactions", day), true);
      assert.equal(await place.standing(), swapCommits ? "3" : "1");
      assert.deepEqual(await place.query("SELECT dataset FROM staging.load_pending"), []);
    },
  );
}
