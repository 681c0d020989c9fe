/** Tables, types and the catalog of the Vertica test server's engine. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { failureOf, rowsOf, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

const FACTS = `CREATE TABLE s.facts (
  id UUID NOT NULL, at TIMESTAMP NOT NULL, n INTEGER, name VARCHAR(10), rate NUMERIC(18, 6),
  note LONG VARCHAR(100), day DATE, yes BOOLEAN, f FLOAT, PRIMARY KEY (id) DISABLED
)
ORDER BY name, id
SEGMENTED BY HASH(id) ALL NODES
PARTITION BY at::DATE GROUP BY CALENDAR_HIERARCHY_DAY(at::DATE, 2, 2)`;

postgresTest(
  "the catalog tells what a table was made with, also after it was renamed",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, "CREATE SCHEMA s", FACTS, "ALTER TABLE s.facts RENAME TO events");
    const columns = await rowsOf(
      session,
      "SELECT column_name, data_type, is_nullable FROM v_catalog.columns " +
        "WHERE table_schema = 's' ORDER BY ordinal_position",
    );
    assert.deepEqual(columns, [
      ["id", "uuid", "f"],
      ["at", "timestamp", "f"],
      ["n", "int", "t"],
      ["name", "varchar(10)", "t"],
      ["rate", "numeric(18,6)", "t"],
      ["note", "long varchar(100)", "t"],
      ["day", "date", "t"],
      ["yes", "boolean", "t"],
      ["f", "float", "t"],
    ]);
    assert.deepEqual(
      await rowsOf(
        session,
        "SELECT partition_expression, partition_group_expression FROM tables WHERE table_name = 'events'",
      ),
      [["events.at::date", "calendar_hierarchy_day(events.at::date, 2, 2)"]],
    );
    assert.deepEqual(
      await rowsOf(
        session,
        "SELECT is_segmented, segment_expression FROM projections WHERE anchor_table_name = 'events'",
      ),
      [["t", "hash(events.id)"]],
    );
    const sorted = "SELECT projection_column_name FROM projection_columns " +
      "WHERE sort_position IS NOT NULL ORDER BY sort_position";
    assert.deepEqual(await rowsOf(session, sorted), [["name"], ["id"]]);
  },
);

postgresTest("LIKE takes over all that a swap asks for", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    "CREATE SCHEMA s",
    FACTS.replace("DISABLED", "ENABLED"),
    "CREATE TABLE s.side LIKE s.facts INCLUDING PROJECTIONS",
    "CREATE TABLE s.bare LIKE s.facts",
  );
  const shape = (table: string) =>
    rowsOf(
      session,
      "SELECT replace(segment_expression, anchor_table_name, ''), projection_column_name, " +
        "projections.projection_name FROM projections JOIN projection_columns " +
        "ON projections.projection_id = projection_columns.projection_id " +
        `WHERE anchor_table_name = '${table}' AND sort_position = 0`,
    );
  assert.deepEqual(await shape("facts"), [["hash(.id)", "name", "facts_super"]]);
  assert.deepEqual(await shape("side"), [["hash(.id)", "name", "side_super"]]);
  assert.equal((await shape("bare"))[0]![1], "id");
  const id = "00000000-0000-0000-0000-000000000001";
  const insert = `INSERT INTO s.side (id, at) VALUES ('${id}', '2022-10-01')`;
  await rowsOf(session, insert);
  const failure = await failureOf(rowsOf(session, insert));
  assert.equal(failure.state, "23505");
  assert.equal(
    failure.text,
    `Duplicate key values: 'id=${id}' -- violates constraint 's.side.C_PRIMARY'`,
  );
});

postgresTest(
  "keys are checked only where they are enabled; a primary key is never NULL",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, "CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE)");
    await rowsOf(session, "INSERT INTO t VALUES (1, 1)", "INSERT INTO t VALUES (1, 1)");
    const failure = await failureOf(rowsOf(session, "INSERT INTO t VALUES (NULL, 1)"));
    assert.equal(failure.state, "22004");
  },
);

postgresTest("a VARCHAR counts bytes", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (a VARCHAR(3))", "INSERT INTO t VALUES ('äb')");
  assert.deepEqual(await failureOf(rowsOf(session, "INSERT INTO t VALUES ('ää')")), {
    state: "22001",
    text: "String of 4 octets is too long for type Varchar(3)",
  });
});

const VALUES: [expression: string, value: string | null, oid: number][] = [
  ["7 / 2", "3.500000000000000000", 16],
  ["7 // 2", "3", 6],
  ["COUNT(*) / 2", "0.500000000000000000", 16],
  ["3000000000 + 3000000000", "6000000000", 6],
  ["2000000000 * 4", "8000000000", 6],
  ["CAST('9007199254740993' AS INTEGER)", "9007199254740993", 6],
  ["-9223372036854775808", null, 6],
  ["AVG(1)", "1", 7],
  ["DATE '2022-12-31' + 1", "2023-01-01", 10],
  ["DATE '2022-12-31' - DATE '2022-12-01'", "30", 6],
  ["1 = 1", "t", 5],
  ["NVL(NULL, 'x')", "x", 9],
  ["TIMESTAMP '2022-10-01 00:00:01.50'", "2022-10-01 00:00:01.5", 12],
  ["ROUND(2.5, 0)", "3", 16],
  ["LENGTH('äö')", "2", 6],
  ["OCTET_LENGTH('äö')", "4", 6],
  ["CALENDAR_HIERARCHY_DAY(DATE '2001-05-06', 2, 2)", "2001-01-01", 10],
];
postgresTest("values are Vertica's", async () => {
  await using place = await testEngine();
  const session = await place.open();
  for (const [expression, value, oid] of VALUES) {
    const answer = await session.execute(`SELECT ${expression}`);
    assert.equal(answer.kind, "rows");
    if (answer.kind !== "rows") continue;
    assert.equal(answer.columns[0]!.oid, oid, expression);
    const [row] = await Array.fromAsync(answer.rows);
    assert.equal(row![0], value, expression);
  }
});

postgresTest("a sum of INTEGERs overflows, a sum of NUMERICs does not", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    "CREATE TABLE t (a INT)",
    "INSERT INTO t SELECT 9223372036854775807 UNION ALL SELECT 9223372036854775807",
  );
  assert.deepEqual(await failureOf(rowsOf(session, "SELECT SUM(a) FROM t")), {
    state: "22003",
    text: "Sum() overflowed",
  });
  assert.equal(
    await valueOf(session, "SELECT SUM(CAST(a AS NUMERIC(38, 0))) FROM t"),
    "18446744073709551614",
  );
});

postgresTest("HASH is the same for the same values, and another for others", async () => {
  await using place = await testEngine();
  const session = await place.open();
  const hash = (list: string) => valueOf(session, `SELECT HASH(${list})`);
  const id = "CAST('00000000-0000-0000-0000-000000000001' AS UUID)";
  assert.equal(await hash(`${id}, 1, 'x'`), await hash(`${id}, 1, 'x'`));
  const values = [`${id}, 1`, `1, ${id}`, "1, 2", "12", "'', 'a'", "'a', ''", "NULL, 'a'"];
  const hashes = new Set(await Promise.all(values.map((list) => hash(list))));
  assert.equal(hashes.size, values.length);
  for (const text of hashes) assert.ok(BigInt(text!) >= 0n && BigInt(text!) < 2n ** 63n);
});

postgresTest("NULL sorts before numbers and behind strings", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    "CREATE TABLE t (n INT, s VARCHAR(3))",
    "INSERT INTO t SELECT 1, 'a' UNION ALL SELECT NULL, NULL UNION ALL SELECT -5, 'b'",
  );
  assert.deepEqual(await rowsOf(session, "SELECT n FROM t ORDER BY n"), [[null], ["-5"], ["1"]]);
  assert.deepEqual(await rowsOf(session, "SELECT n FROM t ORDER BY 1 DESC"), [["1"], ["-5"], [
    null,
  ]]);
  assert.deepEqual(await rowsOf(session, "SELECT s FROM t ORDER BY s"), [["a"], ["b"], [null]]);
});

postgresTest("tables change and go, with Vertica's errors", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    "CREATE TABLE t (a INT)",
    "CREATE TABLE IF NOT EXISTS t (b INT)",
    "ALTER TABLE t ADD COLUMN b VARCHAR(2) DEFAULT 'x' NOT NULL",
    "ALTER TABLE t RENAME COLUMN a TO c",
    "INSERT INTO t (c) VALUES (1)",
    "CREATE PROJECTION t_by_b AS SELECT b, c FROM t ORDER BY b UNSEGMENTED ALL NODES",
    "COMMENT ON TABLE t IS 'a table'",
  );
  assert.deepEqual(await rowsOf(session, "SELECT c, b FROM t"), [["1", "x"]]);
  assert.equal(
    (await failureOf(rowsOf(session, "UPDATE t SET b = 'xyz'"))).state,
    "22001",
  );
  const failures: [string, string][] = [
    ["CREATE TABLE t (a INT)", "42710"],
    ["CREATE TABLE u (a TEXT)", "42704"],
    ["CREATE TABLE u (a VARCHAR(65001))", "0A000"],
    ["CREATE TABLE u (a INT) ORDER BY nope", "42703"],
    ["CREATE TABLE u (a SERIAL)", "42704"],
    ["CREATE TABLE u (a INT) TABLESPACE x", "0A000"],
    ["CREATE TABLE u AS SELECT 1", "0A000"],
    ["CREATE GLOBAL TEMP TABLE u (a INT)", "0A000"],
    ["CREATE TABLE nope.u (a INT)", "3F000"],
    ["CREATE INDEX i ON t (c)", "42601"],
    ["ALTER TABLE t DROP COLUMN nope", "42703"],
    ["ALTER TABLE t DROP COLUMN b", "2BV01"],
    ["ALTER TABLE t DROP COLUMN b CASCADE", "0A000"],
    ["DROP TABLE t", "2BV01"],
    ["DROP TABLE nope", "42V01"],
    ["SELECT * FROM nope.t", "3F000"],
    ["SELECT 1 / 0", "22012"],
    ["SELECT CAST('x' AS INTEGER)", "22V02"],
    ["VALUES (1)", "42601"],
    ["SELEC 1", "42601"],
    ["VACUUM t", "42601"],
    ["CREATE EXTENSION x", "42601"],
    ["EXPLAIN SELECT 1", "0A000"],
    ["SET search_path TO x", "0A000"],
  ];
  for (const [statement, state] of failures) {
    assert.equal((await failureOf(rowsOf(session, statement))).state, state, statement);
  }
  await rowsOf(session, "DROP TABLE t CASCADE", "DROP TABLE IF EXISTS t");
  assert.deepEqual(await rowsOf(session, "SELECT * FROM v_catalog.projections"), []);
});

postgresTest("a local temporary table is the session's own", async () => {
  await using place = await testEngine();
  const [one, other] = [await place.open(), await place.open()];
  await rowsOf(one, "CREATE LOCAL TEMP TABLE t (a INT) ON COMMIT PRESERVE ROWS");
  await rowsOf(one, "INSERT INTO t VALUES (1)", "COMMIT");
  assert.equal(await valueOf(one, "SELECT a FROM t"), "1");
  assert.equal((await failureOf(rowsOf(other, "SELECT a FROM t"))).state, "42V01");
  await rowsOf(one, "CREATE LOCAL TEMP TABLE u (a INT)", "INSERT INTO u VALUES (1)", "COMMIT");
  assert.equal(await valueOf(one, "SELECT COUNT(*) FROM u"), "0");
});

postgresTest(
  "what is made IF NOT EXISTS by many at once is made once, and none fails",
  async () => {
    await using place = await testEngine({ lockTimeout: 60_000 });
    const sessions = await Promise.all(Array.from({ length: 6 }, () => place.open()));
    await Promise.all(sessions.map((session) =>
      rowsOf(
        session,
        "CREATE SCHEMA IF NOT EXISTS s",
        "CREATE TABLE IF NOT EXISTS s.t (a INT PRIMARY KEY ENABLED)",
        "GRANT USAGE ON SCHEMA s TO PUBLIC",
      )
    ));
    assert.equal(await valueOf(sessions[0]!, "SELECT COUNT(*) FROM projections"), "1");
  },
);

postgresTest("a column on which nothing depends is dropped, and may be again", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    "CREATE TABLE d (k INT NOT NULL, s INT, p DATE NOT NULL, a INT, b VARCHAR(2), " +
      "PRIMARY KEY (k) ENABLED) ORDER BY s SEGMENTED BY HASH(k) ALL NODES PARTITION BY p",
    "INSERT INTO d SELECT 1, 2, DATE '2022-10-01', 3, 'x'",
    "ALTER TABLE d DROP COLUMN a",
    "ALTER TABLE d DROP COLUMN IF EXISTS a RESTRICT",
    "INSERT INTO d SELECT 2, 2, DATE '2022-10-02', 'y'",
    "CREATE TABLE e LIKE d INCLUDING PROJECTIONS",
  );
  assert.deepEqual(await rowsOf(session, "SELECT * FROM d ORDER BY k"), [
    ["1", "2", "2022-10-01", "x"],
    ["2", "2", "2022-10-02", "y"],
  ]);
  for (const table of ["d", "e"]) {
    const columns = `SELECT column_name FROM v_catalog.columns WHERE table_name = '${table}'
      ORDER BY ordinal_position`;
    assert.deepEqual((await rowsOf(session, columns)).flat(), ["k", "s", "p", "b"]);
  }
  for (const column of ["k", "s", "p"]) {
    const { state } = await failureOf(rowsOf(session, `ALTER TABLE d DROP COLUMN ${column}`));
    assert.equal(state, "2BV01", column);
  }
});
