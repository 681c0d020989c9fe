/** The engine of the Vertica test server in a folder of its own: what was committed is there again. */
import assert from "node:assert/strict";
import { postgresServerTest } from "../../support/postgres/database.ts";
import { openVerticaEngine } from "../engine/engine.ts";
import { copyIn, rowsOf } from "../engine/session_words.ts";

postgresServerTest("a folder keeps tables, their catalog and users", async () => {
  const data = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
  const open = async (user: string) => {
    const engine = await openVerticaEngine({ data });
    const start = { user, database: engine.database, clientLabel: "", autocommit: false };
    return { engine, session: await engine.openSession(start) };
  };
  try {
    const one = await open("dbadmin");
    await rowsOf(
      one.session,
      "CREATE SCHEMA s",
      "CREATE USER finpipe IDENTIFIED BY 'x'",
      "GRANT ALL ON SCHEMA s TO finpipe",
      "CREATE TABLE s.t (n INT, d DATE NOT NULL) PARTITION BY d",
      "GRANT SELECT ON s.t TO finpipe",
    );
    await copyIn(one.session, "COPY s.t FROM STDIN", "1|2022-10-01\n");
    await rowsOf(one.session, "INSERT INTO s.t VALUES (2, '2022-10-02')");
    await one.engine[Symbol.asyncDispose]();
    const other = await open("finpipe");
    await using _engine = other.engine;
    assert.deepEqual(await rowsOf(other.session, "SELECT n FROM s.t"), [["1"]]);
    assert.deepEqual(
      await rowsOf(other.session, "SELECT partition_expression FROM v_catalog.tables"),
      [["t.d"]],
    );
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
