/** `doctor --trial` on a Vertica server: what it finds, what it leaves, and what of others it touches. */
import assert from "node:assert/strict";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import { ownVerticaTest, verticaTest } from "../support/vertica/place.ts";
import { namesOf, reportOf, TrialPlace } from "../support/vertica/trial_place.ts";

/** What is taken for granted of the test server that it does otherwise, as far as a page says so. */
const OTHERWISE: readonly string[] = [];

verticaTest("all that finpipe needs holds, it is said as JSON, and no table stays", async () => {
  await using place = await TrialPlace.open();
  const result = await place.trial("--json");
  assert.equal(result.code, 0, result.stderr);
  const report = reportOf(result);
  assert.deepEqual(Object.keys(report), [
    "finpipe",
    "warehouse",
    "experiments",
    "totals",
    "exit_code",
  ]);
  assert.equal(report.warehouse.engine, "vertica");
  assert.match(String(report.warehouse.version), /Vertica/);
  assert.ok(Number(report.warehouse.nodes) >= 1 && report.warehouse.nodes_up !== null);
  assert.ok(["Enterprise", "Eon"].includes(String(report.warehouse.mode)));
  const expected = GROUPS.flatMap(({ experiments }) => experiments.map(({ name }) => name));
  assert.deepEqual(report.experiments.map(({ name }) => name), expected);
  assert.deepEqual(namesOf(report, "not_tried"), []);
  for (const { statements, applies, otherwise } of report.experiments) {
    assert.ok(!applies || statements.length > 0);
    assert.notEqual(otherwise, "");
  }
  const { held, not, not_tried, does_not_apply } = report.totals;
  assert.equal(held! + not! + does_not_apply!, expected.length);
  assert.equal(not_tried, 0);
  assert.deepEqual(await place.scratch(), []);
});

ownVerticaTest("it names no user, database, host, schema or data", async () => {
  await using place = await TrialPlace.open();
  const { stagingSchema, martSchema } = place.schemas;
  for (
    const sql of ["CREATE USER ada_lovelace", `GRANT TEMP ON DATABASE finpipe TO ada_lovelace`]
  ) {
    await place.query(sql);
  }
  await place.query("GRANT USAGE ON SCHEMA public TO ada_lovelace");
  for (const schema of [stagingSchema, martSchema]) {
    await place.query(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ada_lovelace`);
  }
  const url = new URL(place.vertica.url);
  const env = { FINPIPE_VERTICA_URL: `vertica://ada_lovelace:x@${url.host}/finpipe` };
  // Errors that quote who holds what.
  const result = await place.run(["doctor", "--trial", "--json"], { env });
  assert.equal(result.code, 0, result.stdout.slice(0, 3000));
  for (const name of ["ada_lovelace", stagingSchema, martSchema, url.hostname, "v_finpipe"]) {
    assert.ok(!result.stdout.toLowerCase().includes(name.toLowerCase()), name);
  }
  assert.match(result.stdout, /X held by \[user <user>/);

  // And one who may not do it all is told what is missing, and that it was not tried.
  await place.query("REVOKE TEMP ON DATABASE finpipe FROM ada_lovelace");
  const lacking = await place.run(["doctor", "--trial"], { env });
  assert.equal(lacking.code, 4);
  assert.match(
    lacking.stdout,
    /^not +rights-described: .*\n +seen: not listed: TEMP on database\n/m,
  );
  assert.match(lacking.stdout, /^not tried +copy-quotes: .*\n +because: lines: 42501/m);
  assert.deepEqual(await place.scratch(), []);
});

ownVerticaTest(
  "it prints a table as it goes, and the statements of what does not hold",
  async () => {
    await using place = await TrialPlace.open();
    const { code, stdout, stderr } = await place.trial();
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^Vertica Analytic Database v\S+, 1 node, Enterprise Mode\n\nheld {7}rights-/,
    );
    assert.match(
      stdout,
      /^held {7}swap-empty-day: A swap into .*\n {11}if not: The first load .*\n {11}by hand \(swap, swap-in, target-in\): SELECT SWAP_PARTITIONS/m,
    );
    assert.match(
      stdout,
      /\n\n\d+ held, \d+ not.*, 0 not tried; 1 more are about.*\nFor all the SQL/,
    );
    const not = [...stdout.matchAll(/^not +(\S+):/gm)].map(([, name]) => name);
    assert.deepEqual(not.filter((name) => !OTHERWISE.includes(name!)), []);
  },
);

ownVerticaTest("it uses, reads and locks its own tables alone", async () => {
  await using place = await TrialPlace.open();
  const { faults } = place.own.server;
  faults.forget();
  await place.trial();
  const texts = faults.sessions.flatMap(({ messages }) => messages).map(({ statement }) =>
    statement
  )
    .filter((statement) => statement !== "");
  assert.ok(texts.length > 200, String(texts.length));
  const schema = new RegExp(`(?:${Object.values(place.schemas).join("|")})\\.(\\w+)`, "g");
  const keys = new Set<string>();
  for (const text of texts) {
    for (const [, table] of text.matchAll(schema)) {
      const key = /^finpipe_trial_([0-9a-f]{12})_\w+$/.exec(table!)?.[1];
      assert.ok(key, text);
      keys.add(key);
    }
  }
  assert.equal(keys.size, 1);
});

verticaTest("without the schemas, and without a server, it says so", async () => {
  await using place = await TrialPlace.open();
  const absent = await place.run(["doctor", "--trial"], {
    env: { FINPIPE_MART_SCHEMA: "absent_mart" },
  });
  assert.equal(absent.code, 3);
  assert.match(
    absent.stderr,
    /The warehouse has no schema absent_mart.*\n.*'finpipe init'/,
  );
  const away = await place.run(["doctor", "--trial", "--json"], {
    env: { FINPIPE_VERTICA_URL: "vertica://u:p@127.0.0.1:1/d" },
  });
  assert.deepEqual([away.code, away.stdout], [69, ""]);
  const usage = await place.run(["doctor", "--print-sql"]);
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /'finpipe doctor --trial --print-sql'/);
});
