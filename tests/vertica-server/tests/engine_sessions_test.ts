/** Sessions of the Vertica test server's engine: transactions, autocommit, limits. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { failureOf, rowsOf, startCopy, valueOf } from "../engine/session_words.ts";
import type { Session } from "../engine/session.ts";
import { testEngine } from "../engine/test_engine.ts";

const COUNT = "SELECT COUNT(*) FROM t";

/** Four billion rows. */
const MANY = Array.from(
  { length: 16 },
  (_, index) =>
    `(SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS r${index}`,
).join(" CROSS JOIN ");

postgresTest("autocommit is off at first, on on demand, and SHOW tells", async () => {
  await using place = await testEngine();
  const { engine } = place;
  const session = await engine.openSession({
    user: "dbadmin",
    database: engine.database,
    clientLabel: "",
    autocommit: undefined,
  });
  const told: string[] = [];
  session.onParameter = (name, value) => told.push(`${name}=${value}`);
  await rowsOf(session, "CREATE TABLE t (a INT)");
  assert.deepEqual(await rowsOf(session, "SHOW AUTOCOMMIT"), [["autocommit", "off"]]);
  await rowsOf(session, "INSERT INTO t VALUES (2)");
  assert.equal(session.status, "T");
  await rowsOf(session, "ROLLBACK", "SET SESSION AUTOCOMMIT TO ON");
  assert.deepEqual(await rowsOf(session, "SHOW AUTOCOMMIT"), [["autocommit", "on"]]);
  await rowsOf(session, "INSERT INTO t VALUES (1)");
  assert.equal(session.status, "I");
  assert.equal(await valueOf(session, COUNT), "1");
  assert.deepEqual(told, ["auto_commit=on"]);
});

postgresTest("BEGIN holds open what autocommit would commit", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT)", "SET SESSION AUTOCOMMIT TO ON");
  await rowsOf(session, "BEGIN", "INSERT INTO t VALUES (1)");
  assert.equal(session.status, "T");
  await rowsOf(session, "ROLLBACK");
  assert.equal(await valueOf(session, COUNT), "0");
});

postgresTest("a statement that fails is undone alone; the transaction goes on", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT NOT NULL)", "INSERT INTO t VALUES (1)");
  const failure = await failureOf(
    rowsOf(session, "INSERT INTO t SELECT 2 UNION ALL SELECT NULL"),
  );
  assert.equal(failure.state, "22004");
  assert.equal(session.status, "T");
  await rowsOf(session, "COMMIT");
  assert.equal(await valueOf(session, COUNT), "1");
});

for (const ddl of ["CREATE TABLE other (a INT)", "TRUNCATE TABLE other", "CREATE SCHEMA s"]) {
  postgresTest(`DDL commits what was before it: ${ddl}`, async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, "CREATE TABLE t (a INT)");
    if (ddl.startsWith("TRUNCATE")) await rowsOf(session, "CREATE TABLE other (a INT)");
    await rowsOf(session, "INSERT INTO t VALUES (1)", ddl, "ROLLBACK");
    assert.equal(await valueOf(session, COUNT), "1");
  });
}

postgresTest("savepoints", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "SAVEPOINT one");
  await rowsOf(session, "INSERT INTO t VALUES (2)", "ROLLBACK TO SAVEPOINT one", "COMMIT");
  assert.equal(await valueOf(session, COUNT), "1");
});

postgresTest("INSERT, UPDATE and DELETE answer with one row, the count", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT)");
  const answer = await session.execute("INSERT INTO t SELECT 1 UNION ALL SELECT 2");
  assert.equal(answer.kind, "rows");
  if (answer.kind === "rows") {
    assert.deepEqual(answer.columns, [{ name: "OUTPUT", oid: 6, size: 8, modifier: -1 }]);
    assert.deepEqual(await Array.fromAsync(answer.rows), [["2"]]);
  }
  assert.equal(await valueOf(session, "UPDATE t SET a = 3"), "2");
  assert.equal(await valueOf(session, "DELETE FROM t WHERE a = 4"), "0");
});

postgresTest("RUNTIMECAP ends a statement that takes longer, also one that waits", async () => {
  await using place = await testEngine({ lockTimeout: 60_000 });
  const [one, other] = [await place.open(), await place.open()];
  await rowsOf(one, "CREATE TABLE t (a INT)", "LOCK TABLE t IN EXCLUSIVE MODE");
  await rowsOf(other, "SET SESSION RUNTIMECAP '50 milliseconds'");
  const waits = await failureOf(rowsOf(other, "LOCK TABLE t IN SHARE MODE"));
  assert.equal(waits.state, "57014");
  assert.match(waits.text, /run time cap/);
  const works = await failureOf(rowsOf(other, `SELECT COUNT(*) FROM ${MANY}`));
  assert.equal(works.state, "57014");
  await rowsOf(other, "SET SESSION RUNTIMECAP NONE");
  assert.equal(await valueOf(other, COUNT), "0");
});

postgresTest("cancel() ends the statement that runs, and the session goes on", async () => {
  await using place = await testEngine({ lockTimeout: 60_000 });
  const [one, other] = [await place.open(), await place.open()];
  await rowsOf(one, "CREATE TABLE t (a INT)", "LOCK TABLE t IN EXCLUSIVE MODE");
  const waiting = failureOf(rowsOf(other, "INSERT INTO t VALUES (1)"));
  while (Number(await valueOf(one, "SELECT COUNT(*) FROM v_monitor.locks")) < 2);
  other.cancel();
  assert.deepEqual(await waiting, { state: "57014", text: "Execution canceled by operator" });
  assert.equal(await valueOf(other, COUNT), "0");
});

postgresTest("a cancellation that nobody heard is said again", async () => {
  await using place = await testEngine();
  const session = await place.open() as Session;
  const { engine } = session;
  const cancel = engine.cancelBackend.bind(engine);
  let tries = 0;
  // PostgreSQL lets one pass that comes between two statements.
  engine.cancelBackend = (processId) => ++tries === 1 ? Promise.resolve() : cancel(processId);
  await rowsOf(session, "SET SESSION RUNTIMECAP '200 milliseconds'");
  const failure = await failureOf(rowsOf(session, `SELECT COUNT(*) FROM ${MANY}`));
  assert.equal(failure.state, "57014");
  assert.ok(tries > 1);
});

postgresTest("a session that is closed gives up its transaction and its locks", async () => {
  await using place = await testEngine();
  const [one, other] = [await place.open(), await place.open()];
  await rowsOf(one, "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)");
  await rowsOf(one, "LOCK TABLE t IN EXCLUSIVE MODE");
  const lock = "LOCK TABLE t IN EXCLUSIVE MODE NOWAIT";
  assert.equal((await failureOf(rowsOf(other, lock))).state, "55V03");
  await one.close();
  await rowsOf(other, lock);
  assert.equal(await valueOf(other, COUNT), "0");
  assert.equal((await failureOf(rowsOf(one, COUNT))).state, "57V01");
});

postgresTest("sessions are shown with their labels, and can be closed", async () => {
  await using place = await testEngine();
  const [one, other] = [await place.open(), await place.open()];
  await rowsOf(other, "SELECT SET_CLIENT_LABEL('finpipe:load')");
  const found = await rowsOf(
    one,
    "SELECT session_id, user_name FROM v_monitor.sessions WHERE client_label = 'finpipe:load'",
  );
  assert.equal(found[0]![1], "dbadmin");
  assert.deepEqual(
    await rowsOf(other, "SELECT session_id FROM v_monitor.current_session"),
    [[found[0]![0]!]],
  );
  await rowsOf(one, `SELECT CLOSE_SESSION('${found[0]![0]}')`);
  assert.equal((await failureOf(rowsOf(other, "SELECT 1"))).state, "57V01");
});

postgresTest("a COPY that is cancelled leaves nothing", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT)");
  const copy = await startCopy(session, "COPY t FROM STDIN");
  await copy.write(new TextEncoder().encode("1\n2\n"));
  session.cancel();
  assert.equal((await failureOf(copy.endBatch())).state, "57014");
  assert.equal((await failureOf(copy.finish())).state, "55000");
  assert.equal(await valueOf(session, COUNT), "0");
});

/** 6^5 rows. */
const LONG_RESULT = `WITH r AS (${
  [1, 2, 3, 4, 5, 6].map((n) => `SELECT ${n} AS n`).join(" UNION ALL ")
}) SELECT a.n FROM ${["a", "b", "c", "d", "e"].map((name) => `r AS ${name}`).join(" CROSS JOIN ")}`;

for (const autocommit of ["ON", "OFF"]) {
  postgresTest(`a long result is read to its end, with autocommit ${autocommit}`, async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, `SET SESSION AUTOCOMMIT TO ${autocommit}`);
    assert.equal((await rowsOf(session, LONG_RESULT)).length, 7776);
    assert.equal(session.status, autocommit === "ON" ? "I" : "T");
    const answer = await session.execute(LONG_RESULT);
    // Who wants no more rows leaves nothing open.
    if (answer.kind === "rows") { for await (const _ of answer.rows) break; }
    assert.equal(session.status, autocommit === "ON" ? "I" : "T");
    assert.equal(await valueOf(session, "SELECT 1"), "1");
  });
}

postgresTest("a long result ends where it is cancelled", async () => {
  await using place = await testEngine();
  const session = await place.open();
  const answer = await session.execute(LONG_RESULT);
  assert.equal(answer.kind, "rows");
  if (answer.kind !== "rows") return;
  let count = 0;
  const reading = (async () => {
    for await (const _ of answer.rows) if (++count === 10) session.cancel();
  })();
  assert.equal((await failureOf(reading)).state, "57014");
  assert.equal(count, 1000);
  assert.equal(await valueOf(session, "SELECT 1"), "1");
});

postgresTest("describe() tells parameters and columns, and runs nothing", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a INT, b VARCHAR(5), c NUMERIC(10, 2))");
  const insert = await session.describe("INSERT INTO t VALUES (?, ?, ?)");
  assert.deepEqual([insert.tag, insert.parameters], ["INSERT", [6, 9, 16]]);
  const select = await session.describe("SELECT b, c FROM t WHERE a = ?");
  assert.deepEqual(select.parameters, [6]);
  assert.deepEqual(select.columns!.map(({ oid, modifier }) => [oid, modifier]), [
    [9, 9],
    [16, (10 << 16 | 2) + 4],
  ]);
  const ddl = await session.describe("CREATE TABLE u (a INT)");
  assert.deepEqual(ddl, { tag: "CREATE TABLE", parameters: [], columns: null });
  const copy = await session.describe("copy t from local stdin returnrejected");
  assert.deepEqual([copy.tag, copy.columns![0]!.name], ["COPY_LOCAL", "Rows Loaded"]);
  assert.deepEqual((await session.describe("set session autocommit to on")).columns, null);
  await session.execute("INSERT INTO t VALUES (?, ?, ?)", ["1", "it's", null]);
  assert.deepEqual(await rowsOf(session, "SELECT a, b, c FROM t"), [["1", "it's", null]]);
  assert.equal((await failureOf(session.describe("SELECT nope FROM t"))).state, "42703");
});
