/** Partition functions and table locks of the Vertica test server's engine. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import type { EngineSession } from "../engine.ts";
import { copyIn, failureOf, rowsOf, startCopy, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

const TABLE = (name: string) =>
  `CREATE TABLE ${name} (at TIMESTAMP NOT NULL, n INT NOT NULL) ORDER BY n ` +
  "SEGMENTED BY HASH(n) ALL NODES PARTITION BY at::DATE";

const swap = (from: string, to: string, rest = "") =>
  `SELECT SWAP_PARTITIONS_BETWEEN_TABLES('${from}', '2022-10-01', '2022-10-01', '${to}'${rest})`;

async function twoTables(session: EngineSession): Promise<void> {
  await rowsOf(
    session,
    TABLE("side"),
    TABLE("target"),
    "INSERT INTO side SELECT TIMESTAMP '2022-10-01 10:00:00', 1 UNION ALL SELECT '2022-10-02', 2",
    "INSERT INTO target SELECT TIMESTAMP '2022-10-01', 3 UNION ALL SELECT '2022-10-03', 4",
    "COMMIT",
  );
}

const numbers = (session: EngineSession, table: string) =>
  rowsOf(session, `SELECT n FROM ${table} ORDER BY n`).then((rows) => rows.map(([n]) => n));

postgresTest("a swap exchanges the day and nothing else, and commits", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await twoTables(session);
  const text = await valueOf(session, swap("side", "public.target"));
  assert.match(text!, /^1 partition values from table side and 1 partition values .* are swapped/);
  await rowsOf(session, "ROLLBACK");
  assert.deepEqual(await numbers(session, "side"), ["2", "3"]);
  assert.deepEqual(await numbers(session, "target"), ["1", "4"]);
});

postgresTest("a swap commits the transaction in progress, also where it fails", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await twoTables(session);
  await rowsOf(session, "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)");
  assert.equal((await failureOf(rowsOf(session, swap("side", "t")))).state, "55000");
  await rowsOf(session, "ROLLBACK");
  assert.equal(await valueOf(session, "SELECT a FROM t"), "1");
});

const OTHER_SHAPES: [what: string, ddl: string][] = [
  ["column definitions", TABLE("other").replace("n INT NOT NULL", "n INT")],
  [
    "column definitions",
    TABLE("other").replace("n INT", "m INT").replaceAll("(n)", "(m)").replace("BY n", "BY m"),
  ],
  ["partition clause", TABLE("other").replace("at::DATE", "n")],
  ["partition clause", `${TABLE("other")} GROUP BY CALENDAR_HIERARCHY_DAY(at::DATE, 2, 2)`],
  ["segmentation", TABLE("other").replace("SEGMENTED BY HASH(n)", "UNSEGMENTED")],
  ["projection sort order", TABLE("other").replace("ORDER BY n", "ORDER BY at")],
  ["key constraints", TABLE("other").replace("n INT NOT NULL", "n INT NOT NULL UNIQUE")],
];
postgresTest("tables of another shape are not swapped, and neither changes", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await twoTables(session);
  for (const [what, ddl] of OTHER_SHAPES) {
    await rowsOf(session, ddl);
    const failure = await failureOf(rowsOf(session, swap("side", "other")));
    if (what !== "partition clause") {
      assert.match(failure.text, new RegExp(`differ in ${what}`), ddl);
    }
    assert.equal(failure.state, "55000");
    await rowsOf(session, "DROP TABLE other");
  }
  await rowsOf(
    session,
    "CREATE PROJECTION more AS SELECT * FROM target ORDER BY at UNSEGMENTED ALL NODES",
  );
  assert.match((await failureOf(rowsOf(session, swap("side", "target")))).text, /number of proj/);
  assert.deepEqual(await numbers(session, "side"), ["1", "2"]);
});

postgresTest("a swap that breaks an enabled key is undone whole", async () => {
  await using place = await testEngine();
  const session = await place.open();
  const keyed = (name: string) => TABLE(name).replace(") ORDER", ", UNIQUE (n) ENABLED) ORDER");
  await rowsOf(
    session,
    keyed("side"),
    keyed("target"),
    "INSERT INTO side VALUES ('2022-10-01', 1)",
    "INSERT INTO target VALUES ('2022-10-05', 1)",
  );
  assert.equal((await failureOf(rowsOf(session, swap("side", "target")))).state, "23505");
  assert.deepEqual(await numbers(session, "side"), ["1"]);
});

postgresTest("days that share a container with others want force_split", async () => {
  await using place = await testEngine();
  const session = await place.open();
  const grouped = (name: string) =>
    `${TABLE(name)} GROUP BY CALENDAR_HIERARCHY_DAY(at::DATE, 2, 2)`;
  await rowsOf(
    session,
    grouped("side"),
    grouped("target"),
    "INSERT INTO target SELECT DATE '2001-10-01', 1 UNION ALL SELECT '2001-10-02', 2",
  );
  const old = swap("side", "target").replaceAll("2022", "2001");
  assert.match((await failureOf(rowsOf(session, old))).text, /must be split/);
  await rowsOf(session, old.replace("'target'", "'target', true"));
  assert.deepEqual(await numbers(session, "side"), ["1"]);
});

postgresTest("partitions are dropped, moved and copied", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await twoTables(session);
  const call = (name: string, args: string) => valueOf(session, `SELECT ${name}(${args})`);
  const range = "'2022-10-02', '2022-10-03'";
  assert.match(
    (await call("COPY_PARTITIONS_TO_TABLE", `'side', ${range}, 'target'`))!,
    /^1 distinct partition values copied/,
  );
  assert.deepEqual(await numbers(session, "target"), ["2", "3", "4"]);
  await call("MOVE_PARTITIONS_TO_TABLE", `'target', ${range}, 'side'`);
  assert.deepEqual(await numbers(session, "side"), ["1", "2", "2", "4"]);
  assert.equal(await call("DROP_PARTITIONS", `'side', ${range}`), "Partition dropped");
  assert.deepEqual(await numbers(session, "side"), ["1"]);
  assert.deepEqual(
    await rowsOf(
      session,
      "SELECT partition_key, ros_row_count FROM partitions WHERE table_name = 'side'",
    ),
    [["2022-10-01", "1"]],
  );
});

postgresTest(
  "as many partition functions as are asked for fail as against a mergeout",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await twoTables(session);
    place.engine.switches.mergeoutConflicts = 2;
    for (const _ of [1, 2]) {
      const failure = await failureOf(rowsOf(session, swap("side", "target")));
      assert.equal(failure.state, "55000");
      assert.match(failure.text, /mergeout/);
    }
    await rowsOf(session, swap("side", "target"));
    assert.deepEqual(await numbers(session, "target"), ["1", "4"]);
  },
);

postgresTest("readers see the day before a swap or after it, and never wait for one", async () => {
  await using place = await testEngine();
  const [one, other] = [await place.open(), await place.open()];
  await twoTables(one);
  assert.deepEqual(await numbers(other, "target"), ["3", "4"]);
  await rowsOf(one, swap("side", "target"));
  assert.deepEqual(await numbers(other, "target"), ["1", "4"]);
});

const HOLDERS: [statement: string, mode: string][] = [
  ["INSERT INTO target VALUES ('2022-10-01', 9)", "I"],
  ["DELETE FROM target", "X"],
  ["UPDATE target SET n = 1", "X"],
  ["LOCK TABLE target IN SHARE MODE", "S"],
  ["LOCK TABLE side, target IN EXCLUSIVE MODE", "X"],
];
for (const [statement, mode] of HOLDERS) {
  postgresTest(`a swap waits for who holds ${mode}: ${statement}`, async () => {
    await using place = await testEngine();
    const [one, other] = [await place.open(), await place.open()];
    await twoTables(one);
    await rowsOf(other, statement);
    const [held] = await rowsOf(
      one,
      "SELECT lock_mode, user_name FROM v_monitor.locks WHERE object_name = 'Table:public.target'",
    );
    assert.deepEqual(held, [mode, "dbadmin"]);
    const failure = await failureOf(rowsOf(one, swap("side", "target")));
    assert.equal(failure.state, "55V03");
    assert.match(failure.text, /Timed out O locking Table:public\./);
    const waiting = rowsOf(one, swap("side", "target"));
    await rowsOf(other, "ROLLBACK");
    await waiting;
    assert.deepEqual(await numbers(one, "target"), ["1", "4"]);
  });
}

postgresTest("COPY holds I: others load beside it, none deletes", async () => {
  await using place = await testEngine();
  const [one, other] = [await place.open(), await place.open()];
  await twoTables(one);
  const copy = await startCopy(one, "COPY target FROM STDIN DELIMITER ',' NO COMMIT");
  await copyIn(other, "COPY target FROM STDIN DELIMITER ','", "2022-10-07,7\n");
  assert.equal((await failureOf(rowsOf(other, "DELETE FROM target"))).state, "55V03");
  await copy.finish();
  assert.equal((await failureOf(rowsOf(other, "DELETE FROM target"))).state, "55V03");
  await rowsOf(one, "COMMIT");
  assert.equal(await valueOf(other, "DELETE FROM target"), "3");
});

postgresTest(
  "who checks keys is alone: a second INSERT waits for the first one's end",
  async () => {
    await using place = await testEngine();
    const [one, other] = [await place.open(), await place.open()];
    await rowsOf(one, "CREATE TABLE t (a INT PRIMARY KEY ENABLED)", "INSERT INTO t VALUES (1)");
    assert.equal((await failureOf(rowsOf(other, "INSERT INTO t VALUES (2)"))).state, "55V03");
    const waiting = failureOf(rowsOf(other, "INSERT INTO t VALUES (1)"));
    await rowsOf(one, "COMMIT");
    assert.equal((await waiting).state, "23505");
  },
);

postgresTest("NOWAIT fails at once, and DDL takes the table for itself", async () => {
  await using place = await testEngine({ lockTimeout: 60_000 });
  const [one, other] = [await place.open(), await place.open()];
  await twoTables(one);
  await rowsOf(one, "LOCK TABLE target IN EXCLUSIVE MODE");
  const nowait = "LOCK TABLE target IN EXCLUSIVE MODE NOWAIT";
  assert.equal((await failureOf(rowsOf(other, nowait))).state, "55V03");
  place.engine.lockTimeout = 20;
  for (
    const ddl of ["DROP TABLE target", "TRUNCATE TABLE target", "ALTER TABLE target RENAME TO x"]
  ) {
    assert.equal((await failureOf(rowsOf(other, ddl))).state, "55V03", ddl);
  }
  await rowsOf(one, "ROLLBACK");
  await rowsOf(other, nowait);
});
