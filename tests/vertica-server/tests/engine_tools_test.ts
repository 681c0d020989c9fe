/** What SQLAlchemy's dialect of Vertica asks of the catalog for a tool such as Superset. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { rowsOf, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

postgresTest("a user sees in the catalog for tools what may be read, and no more", async () => {
  await using place = await testEngine();
  const admin = await place.open();
  await rowsOf(
    admin,
    "CREATE SCHEMA s",
    `CREATE TABLE s.days (
      day DATE NOT NULL, n INTEGER, CONSTRAINT days_key PRIMARY KEY (day, n) ENABLED
    )`,
    "CREATE VIEW s.shown AS SELECT day, n, 1.5::NUMERIC(18, 4) AS rate, 'x'::VARCHAR(10) AS name FROM s.days",
    "CREATE USER looker",
    "CREATE USER stranger",
    "GRANT USAGE ON SCHEMA s TO looker",
    "GRANT SELECT ON s.days TO looker",
    "GRANT SELECT ON s.shown TO looker",
  );
  const looker = await place.open("looker");
  const asked = (sql: string) => rowsOf(looker, sql);
  assert.deepEqual(
    await asked(
      "SELECT table_name, table_type, remarks FROM v_catalog.all_tables " +
        "WHERE schema_name = 's' ORDER BY table_name",
    ),
    [["days", "TABLE", ""], ["shown", "VIEW", ""]],
  );
  const stranger = await place.open("stranger");
  const foreign = "SELECT COUNT(*) FROM v_catalog.all_tables WHERE schema_name = 's'";
  assert.equal(await valueOf(stranger, foreign), "0");
  for (const view of ["views", "view_columns"]) {
    assert.equal(await valueOf(stranger, `SELECT COUNT(*) FROM v_catalog.${view}`), "0", view);
  }
  assert.deepEqual(
    await asked("SELECT table_type FROM v_catalog.all_tables WHERE table_name = 'all_tables'"),
    [["SYSTEM TABLE"]],
  );
  assert.deepEqual(
    await asked(
      "SELECT table_schema, table_name, owner_name, is_system_view FROM v_catalog.views",
    ),
    [["s", "shown", "dbadmin", "f"]],
  );
  const definition = await valueOf(looker, "SELECT view_definition FROM v_catalog.views");
  assert.match(definition!, /FROM s\.days/);
  assert.deepEqual(
    await asked(
      "SELECT column_name, data_type, ordinal_position FROM v_catalog.view_columns " +
        "WHERE table_schema = 's' AND table_name = 'shown' ORDER BY ordinal_position",
    ),
    [
      ["day", "date", "1"],
      ["n", "int", "2"],
      ["rate", "numeric(18,4)", "3"],
      ["name", "varchar(10)", "4"],
    ],
  );
  assert.deepEqual(await asked("SELECT comment FROM v_catalog.comments"), []);
  assert.deepEqual(await asked("SELECT sequence_name FROM v_catalog.sequences"), []);
});

postgresTest(
  "the columns of one constraint share its id, and those of another have another",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(
      session,
      "CREATE SCHEMA s",
      `CREATE TABLE s.a (
      x INTEGER, y INTEGER, CONSTRAINT k PRIMARY KEY (x, y), CONSTRAINT u UNIQUE (y)
    )`,
      "CREATE TABLE s.b (x INTEGER, CONSTRAINT k PRIMARY KEY (x))",
    );
    const ids = await rowsOf(
      session,
      "SELECT table_name, constraint_name, COUNT(DISTINCT constraint_id), COUNT(*) " +
        "FROM v_catalog.constraint_columns GROUP BY 1, 2 ORDER BY 1, 2",
    );
    assert.deepEqual(ids, [["a", "k", "1", "2"], ["a", "u", "1", "1"], ["b", "k", "1", "1"]]);
    const all = "SELECT COUNT(DISTINCT constraint_id) FROM v_catalog.constraint_columns";
    assert.equal(await valueOf(session, all), "3");
  },
);

postgresTest("a session tells its schema, and its isolation in the standard's words", async () => {
  await using place = await testEngine();
  const session = await place.open();
  assert.equal(await valueOf(session, "SELECT CURRENT_SCHEMA()"), "public");
  assert.deepEqual(
    await rowsOf(session, "SHOW TRANSACTION ISOLATION LEVEL"),
    await rowsOf(session, "SHOW TRANSACTION_ISOLATION"),
  );
});
