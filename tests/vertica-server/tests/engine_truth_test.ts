/** Where drivers' own tests have shown that Vertica does otherwise than PostgreSQL, or than one would think. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import type { EngineSession } from "../engine.ts";
import { failureOf, rowsOf, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";
import { codes, RawClient } from "../raw_client.ts";
import { startVerticaServer } from "../server.ts";

async function namesOf(session: EngineSession, sql: string): Promise<string[]> {
  const answer = await session.execute(sql);
  assert.ok(answer.kind === "rows");
  for await (const _ of answer.rows);
  const described = await session.describe(sql);
  assert.deepEqual(
    described.columns?.map(({ name }) => name),
    answer.columns.map(({ name }) => name),
  );
  return answer.columns.map(({ name }) => name);
}

postgresTest(
  "a function without an alias, and an alias, are named as they were written",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, "CREATE TABLE t (n INT)");
    const sql = "SELECT COUNT(*), max(n), NVL(MIN(n), 1), SUM(n) AS Total, COUNT(*) OVER (), " +
      "n + 1 Next, N, t.N, '2022-10-01'::Date FROM t GROUP BY n";
    const names = await namesOf(session, sql);
    // A column is named as its table has it.
    const expected = ["COUNT", "max", "NVL", "Total", "COUNT", "Next", "n", "n", "date"];
    assert.deepEqual(names, expected);
  },
);

postgresTest("what v_catalog and v_monitor have not here is unknown, not absent", async () => {
  await using place = await testEngine();
  const session = await place.open();
  for (
    const sql of [
      "SELECT * FROM v_monitor.query_requests",
      "SELECT * FROM resource_pools",
      "SELECT client_pid FROM v_monitor.sessions",
    ]
  ) {
    assert.equal((await failureOf(rowsOf(session, sql))).state, "0A000", sql);
    assert.equal((await failureOf(session.describe(sql))).state, "0A000", sql);
  }
  for (
    const [sql, state] of [["SELECT * FROM t", "42V01"], ["SELECT * FROM s.t", "3F000"]] as const
  ) {
    assert.equal((await failureOf(rowsOf(session, sql))).state, state, sql);
    assert.equal((await failureOf(session.describe(sql))).state, state, sql);
  }
});

postgresTest("times with a zone, hours from 13 on, CHAR, FLOAT(n), the session's id", async () => {
  await using place = await testEngine();
  const session = await place.open();
  const CASES = [
    ["SELECT '2022-10-01 00:00:00+03'::TIMESTAMP", "2022-09-30 21:00:00"],
    ["SELECT '2022-10-01 00:00:00'::TIMESTAMP", "2022-10-01 00:00:00"],
    ["SELECT TO_TIMESTAMP('2016-05-15 13:15', 'YYYY-MM-DD HH:MI')", "2016-05-15 13:15:00"],
    ["SELECT TO_TIMESTAMP('2016-05-15 13:15', 'YYYY-MM-DD HH24:MI')", "2016-05-15 13:15:00"],
    ["SELECT CURRENT_SESSION() = (SELECT session_id FROM v_monitor.current_session)", "t"],
  ] as const;
  for (const [sql, value] of CASES) assert.equal(await valueOf(session, sql), value, sql);
  await rowsOf(session, "SET TIME ZONE 'UTC'", "SET TIMEZONE TO 'UTC'");
  await rowsOf(
    session,
    "CREATE TABLE t (c CHAR(5), f FLOAT(10))",
    "INSERT INTO t VALUES ('ab', 1)",
  );
  assert.deepEqual(await rowsOf(session, "SELECT c, f FROM t WHERE c = 'ab'"), [["ab   ", "1"]]);
  const failure = await failureOf(rowsOf(session, "INSERT INTO t VALUES ('abcdef', 1)"));
  assert.equal(failure.state, "22001");
  assert.deepEqual(await failureOf(rowsOf(session, "SELECT THROW_ERROR('x')")), {
    state: "22V23",
    text: "USER GENERATED ERROR: x",
  });
});

postgresTest("answers to SELECT and INSERT have no tag", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (n INT)");
  for (
    const [sql, tag] of [
      ["INSERT INTO t VALUES (1)", ""],
      ["SELECT n FROM t", ""],
      ["UPDATE t SET n = 2", "UPDATE"],
    ] as const
  ) {
    const answer = await session.execute(sql);
    assert.ok(answer.kind === "rows");
    assert.equal(answer.tag, tag);
  }
});

postgresTest("a prepared statement is one: with its semicolon, or none at all", async () => {
  await using server = await startVerticaServer({ auth: "trust" });
  using client = await RawClient.ready({ port: server.port });
  const parse = async (sql: string): Promise<string> => {
    await client.send("P", (body) => body.cstring("s0").cstring(sql).int16(0));
    await client.send("D", (body) => body.byte("S".charCodeAt(0)).cstring("s0"));
    await client.send("S");
    return codes(await client.until("Z"));
  };
  assert.equal(await parse("SELECT 1;"), "1tTmZ");
  assert.equal(await parse(" -- nothing\n"), "1tnmZ");
  assert.match(await parse("SELECT 1; SELECT 2"), /^EZ$/);
  // What is wrong with one is said when it is described, of DDL too.
  assert.equal(await parse("SELECT n FROM not_there"), "1EZ");
  assert.equal(await parse("CREATE TABLE t (n INT,,)"), "1EZ");
  assert.equal(await parse("ALTER TABLE t RENAME"), "1EZ");
  assert.equal(await parse("DROP TABLE not_there"), "1tnmZ");
});

postgresTest("a value of a wrong type is an error in the place of BindComplete", async () => {
  await using server = await startVerticaServer({ auth: "trust" });
  using client = await RawClient.ready({ port: server.port });
  const types = ["INTEGER", "NUMERIC(38, 6)", "DATE", "TIMESTAMP", "UUID", "BOOLEAN", "FLOAT"];
  for (const type of types) {
    const sql = `SELECT CAST(? AS ${type})`;
    await client.send("P", (body) => body.cstring("s0").cstring(sql).int16(0));
    await client.send("D", (body) => body.byte("S".charCodeAt(0)).cstring("s0"));
    await client.send("H");
    await client.until("m");
    for (const [value, answer] of [["x", "EZ"], [null, "2DsZ"]] as const) {
      await client.send("B", (body) => {
        body.cstring("").cstring("s0").int16(0).int16(1).int32(9);
        if (value === null) body.int32(-1);
        else body.int32(1).byte(value.charCodeAt(0));
        body.int16(0);
      });
      await client.send("E", (body) => body.cstring("").int32(0));
      await client.send("S");
      assert.equal(codes(await client.until("Z")), answer, `${type}: ${value}`);
    }
  }
});

postgresTest("a table of a user's may have the name of one of the system's", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE LOCAL TEMP TABLE users (n INT) ON COMMIT PRESERVE ROWS");
  const stateOf = async (sql: string) => (await failureOf(rowsOf(session, sql))).state;
  assert.equal(await stateOf("SELECT nothing FROM users"), "42703");
  assert.equal(await stateOf("SELECT nothing FROM v_catalog.users"), "0A000");
});

const FIFTY = Array.from({ length: 51 }, (_, n) => `SELECT ${n} AS n`).join(" UNION ALL ");
/** Numbers from 0 on. */
const NUMBERS = `SELECT DISTINCT a.n * 50 + b.n FROM (${FIFTY}) a CROSS JOIN (${FIFTY}) b`;

postgresTest("the rows before the one that fails come before its error", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (n INT)");
  // Within the rows that are read at once, at their border, and in those that come after.
  for (const good of [1, 999, 1000, 1001, 2500]) {
    await rowsOf(session, "DELETE FROM t");
    await rowsOf(session, `INSERT INTO t ${NUMBERS} WHERE a.n * 50 + b.n BETWEEN 1 AND ${good}`);
    await rowsOf(session, "INSERT INTO t VALUES (0)");
    const answer = await session.execute("SELECT n, 10 // n FROM t");
    assert.ok(answer.kind === "rows");
    const rows: (string | null)[] = [];
    const reading = async () => {
      for await (const [n] of answer.rows) rows.push(n!);
    };
    await assert.rejects(reading, { sqlState: "22012" });
    assert.equal(new Set(rows).size, good);
    assert.deepEqual(await rowsOf(session, "SELECT COUNT(*) FROM t"), [[String(good + 1)]]);
  }
  // Where none does, the error is all.
  const { state } = await failureOf(rowsOf(session, "SELECT 10 // n FROM t ORDER BY n"));
  assert.equal(state, "22012");
});
