/** Users of the Vertica test server's engine, and what they may do. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { copyIn, failureOf, rowsOf, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

postgresTest("users have the rights that were granted, and no more", async () => {
  await using place = await testEngine();
  const admin = await place.open();
  await rowsOf(
    admin,
    "CREATE SCHEMA s",
    "CREATE TABLE s.t (a INT)",
    "CREATE USER finpipe IDENTIFIED BY 'secret'",
    "CREATE ROLE reader",
    "GRANT USAGE ON SCHEMA s TO finpipe",
  );
  assert.equal(await place.engine.passwordOf("finpipe"), "secret");
  assert.equal(await place.engine.passwordOf("nobody"), undefined);
  assert.equal(await place.engine.passwordOf("reader"), undefined);
  const user = await place.open("finpipe");
  assert.equal(await valueOf(user, "SELECT CURRENT_USER()"), "finpipe");
  const denied = [
    "SELECT a FROM s.t",
    "INSERT INTO s.t VALUES (1)",
    "CREATE TABLE s.u (a INT)",
    "CREATE SCHEMA mine",
    "CREATE USER other",
    "DROP TABLE s.t",
    "TRUNCATE TABLE s.t",
    "LOCK TABLE s.t IN EXCLUSIVE MODE",
    "COPY s.t FROM STDIN",
    "CREATE LOCAL TEMP TABLE x (a INT)",
    "GRANT SELECT ON s.t TO reader",
  ];
  for (const statement of denied) {
    assert.equal((await failureOf(user.execute(statement))).state, "42501", statement);
  }
  await rowsOf(
    admin,
    "GRANT CREATE ON SCHEMA s TO finpipe",
    "GRANT TEMPORARY ON DATABASE finpipe_db TO finpipe",
    "GRANT INSERT, SELECT ON s.t TO finpipe",
  );
  assert.equal((await copyIn(user, "COPY s.t FROM STDIN", "1\n2\n")).count, "2");
  await rowsOf(user, "CREATE TABLE s.own (a INT PRIMARY KEY ENABLED)", "DROP TABLE s.own");
  const copy = "COPY s.t (x FILLER INT, a AS x + 1) FROM STDIN REJECTED DATA AS TABLE r NO COMMIT";
  assert.equal((await copyIn(user, copy, "1\nx\n")).count, "1");
  assert.equal(await valueOf(user, "SELECT row_number FROM r"), "2");
  const grants = await rowsOf(
    admin,
    "SELECT privileges_description FROM v_catalog.grants " +
      "WHERE grantee = 'finpipe' AND object_schema = 's' AND object_name = 't'",
  );
  assert.deepEqual(grants, [["INSERT, SELECT"]]);
});

postgresTest("tables inherit the rights on a schema that includes them", async () => {
  await using place = await testEngine();
  const admin = await place.open();
  await rowsOf(
    admin,
    "CREATE SCHEMA s",
    "CREATE TABLE s.before (a INT)",
    "CREATE USER reading",
    "CREATE ROLE reader",
    "GRANT reader TO reading",
    "ALTER SCHEMA s DEFAULT INCLUDE PRIVILEGES",
    "CREATE TABLE s.early (a INT)",
    "CREATE TABLE s.own (a INT) EXCLUDE SCHEMA PRIVILEGES",
    "GRANT USAGE, SELECT ON SCHEMA s TO reader",
    "CREATE TABLE s.late LIKE s.early",
  );
  const reading = await place.open("reading");
  const read = (table: string) => rowsOf(reading, `SELECT a FROM s.${table}`);
  for (const table of ["early", "late"]) assert.deepEqual(await read(table), []);
  for (const table of ["before", "own"]) {
    assert.equal((await failureOf(read(table))).state, "42501", table);
  }
  await rowsOf(admin, "REVOKE SELECT ON SCHEMA s FROM reader");
  assert.equal((await failureOf(read("late"))).state, "42501");
});

postgresTest("who is not known, or names another database, has no session", async () => {
  await using place = await testEngine();
  assert.equal((await failureOf(place.open("nobody"))).state, "28000");
  const start = { user: "dbadmin", database: "other", clientLabel: "", autocommit: undefined };
  assert.equal((await failureOf(place.engine.openSession(start))).state, "3D000");
});
