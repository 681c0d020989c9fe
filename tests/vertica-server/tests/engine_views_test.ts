/** Views, foreign keys and the locale of the Vertica test server's engine. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { failureOf, rowsOf, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

const TABLES = [
  "CREATE SCHEMA s",
  "CREATE TABLE s.dim (k INTEGER NOT NULL, name VARCHAR(20), CONSTRAINT dim_key PRIMARY KEY (k) ENABLED)",
  `CREATE TABLE s.facts (
    id INTEGER NOT NULL, k INTEGER NOT NULL CONSTRAINT facts_dim REFERENCES s.dim, at DATE NOT NULL,
    CONSTRAINT facts_again FOREIGN KEY (k) REFERENCES s.dim (k)
  ) PARTITION BY at`,
];

postgresTest(
  "a foreign key is in the catalog, is never checked, and keeps no table from a swap",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await rowsOf(session, ...TABLES);
    assert.deepEqual(
      await rowsOf(
        session,
        `SELECT constraint_name, column_name, reference_table_schema, reference_table_name,
         reference_column_name
       FROM v_catalog.foreign_keys ORDER BY constraint_name`,
      ),
      [["facts_again", "k", "s", "dim", "k"], ["facts_dim", "k", "s", "dim", "k"]],
    );
    await rowsOf(session, "INSERT INTO s.facts VALUES (1, 99, DATE '2022-10-01')");
    await rowsOf(session, "CREATE TABLE s.side LIKE s.facts INCLUDING PROJECTIONS");
    const day = "2022-10-01";
    await rowsOf(
      session,
      `SELECT SWAP_PARTITIONS_BETWEEN_TABLES('s.side', '${day}', '${day}', 's.facts', true)`,
    );
    assert.equal(await valueOf(session, "SELECT COUNT(*) FROM s.side"), "1");
    assert.equal(await valueOf(session, "SELECT COUNT(*) FROM s.facts"), "0");
    assert.equal(
      await valueOf(
        session,
        "SELECT COUNT(*) FROM v_catalog.foreign_keys WHERE table_name = 'side'",
      ),
      "0",
    );
  },
);

postgresTest("a foreign key refers to a table that is there, and to its primary key", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, ...TABLES);
  const absent = await failureOf(
    rowsOf(session, "CREATE TABLE s.a (k INTEGER REFERENCES s.absent)"),
  );
  assert.match(absent.text, /s\.absent/);
  const other = await failureOf(
    rowsOf(session, "CREATE TABLE s.b (n VARCHAR(20) REFERENCES s.dim (name))"),
  );
  assert.match(other.text, /does not refer to the primary key/);
});

postgresTest("a view is made, read by who may read its schema, replaced and dropped", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(
    session,
    ...TABLES,
    "CREATE USER reader",
    "ALTER SCHEMA s DEFAULT INCLUDE PRIVILEGES",
    "GRANT USAGE, SELECT ON SCHEMA s TO reader",
    "INSERT INTO s.dim VALUES (1, 'one')",
    "CREATE VIEW s.shown AS SELECT name, k AS number FROM s.dim",
    "COMMIT",
  );
  assert.match(
    (await failureOf(rowsOf(session, "CREATE VIEW s.shown AS SELECT 1 AS one"))).text,
    /already exists/,
  );
  assert.match(
    (await failureOf(rowsOf(session, "CREATE OR REPLACE VIEW s.dim AS SELECT 1 AS one"))).text,
    /already exists/,
  );
  const reader = await place.open("reader");
  assert.deepEqual(await rowsOf(reader, "SELECT * FROM s.shown"), [["one", "1"]]);
  await rowsOf(reader, "COMMIT");
  // With other columns, which PostgreSQL's REPLACE refuses.
  await rowsOf(session, "CREATE OR REPLACE VIEW s.shown AS SELECT k FROM s.dim");
  assert.deepEqual(await rowsOf(reader, "SELECT * FROM s.shown"), [["1"]]);
  await rowsOf(reader, "COMMIT");
  // It is no table.
  const listed = "SELECT COUNT(*) FROM v_catalog.tables WHERE table_name = 'shown'";
  assert.equal(await valueOf(session, listed), "0");
  await rowsOf(session, "DROP VIEW s.shown", "DROP VIEW IF EXISTS s.shown");
  assert.match((await failureOf(rowsOf(session, "DROP VIEW s.shown"))).text, /does not exist/);
});

postgresTest("the locale is the one that compares bytes, and no other", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "SET LOCALE TO 'en_US@collation=binary'");
  assert.deepEqual(await rowsOf(session, "SHOW LOCALE"), [["locale", "en_US@collation=binary"]]);
  const other = await failureOf(rowsOf(session, "SET LOCALE TO 'tr_TR@collation=standard'"));
  assert.match(other.text, /locale/);
});
