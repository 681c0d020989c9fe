/** What the Vertica test server's engine takes for SQL: Vertica's, and nothing of PostgreSQL's alone. */
import assert from "node:assert/strict";
import { postgresTest } from "../../support/postgres/database.ts";
import { failureOf, rowsOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

const TABLES = [
  "CREATE TABLE public.t (a INTEGER, b VARCHAR(5), c NUMERIC(18,6), d TIMESTAMP)",
  "CREATE TABLE public.u (a INTEGER PRIMARY KEY ENABLED, b VARCHAR(5))",
  "INSERT INTO public.t (a, b) VALUES (1, 'x')",
  "COMMIT",
];

/** By the SQLSTATE that Vertica gives, 42601 being a syntax error; 0A000 is this server's own. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "42601": [
    "INSERT INTO public.u VALUES (1, 'x') ON CONFLICT DO NOTHING",
    "INSERT INTO public.t (a) VALUES (1) RETURNING a",
    "INSERT INTO public.t OVERRIDING SYSTEM VALUE VALUES (1)",
    "SELECT DISTINCT ON (a) a FROM public.t",
    "SELECT COUNT(*) FILTER (WHERE a > 1) FROM public.t",
    "SELECT a = ANY (ARRAY[1, 2]) FROM public.t",
    "SELECT 1 FROM public.t FOR SHARE",
    "SELECT FROM public.t",
    "SELECT EXISTS (SELECT FROM public.t)",
    "SELECT 'a'::VARCHAR(5)[]",
    "SELECT a FROM ONLY public.t",
    "SELECT SUM(a) OVER (ORDER BY a GROUPS 1 PRECEDING) FROM public.t",
    "SELECT $1",
    "VALUES (1)",
    "WITH x AS (DELETE FROM public.t) SELECT 1",
    "WITH x AS (INSERT INTO public.t (a) VALUES (1)) SELECT 1",
    "DELETE FROM public.t USING public.u WHERE t.a = u.a",
    "UPDATE public.t SET (a, b) = (1, 'x')",
    "MERGE INTO public.t USING public.u ON t.a = u.a WHEN MATCHED THEN DELETE",
    "MERGE INTO public.t USING public.u ON t.a = u.a WHEN NOT MATCHED THEN DO NOTHING",
    "CREATE INDEX i ON public.t (a)",
    "CREATE UNIQUE INDEX i ON public.t (a)",
    "CREATE MATERIALIZED VIEW v AS SELECT 1",
    "CREATE TYPE x AS ENUM ('a')",
    "CREATE TABLE public.x (a INTEGER[])",
    "COPY public.t TO STDOUT",
    "COPY public.t FROM STDIN (FORMAT csv)",
    "VACUUM public.t",
    "PREPARE p AS SELECT 1",
    "DECLARE c CURSOR FOR SELECT 1",
    "DO $$ BEGIN END $$",
  ],
  "42704": [
    "SELECT 'x'::text",
    "SELECT CAST('{}' AS JSONB)",
    "CREATE TABLE public.x (a TEXT)",
    "CREATE TABLE public.x (a SERIAL)",
  ],
  "42883": [
    "SELECT * FROM generate_series(1, 3)",
    "SELECT to_regclass('t')",
    "SELECT pg_sleep(1)",
    "SELECT string_agg(b, ',') FROM public.t",
  ],
  "42703": ["SELECT t.tableoid FROM public.t", "SELECT ctid FROM public.t"],
  "3F000": [
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM v_engine_catalog.users",
    "SELECT GREATEST(1, 2) OPERATOR(pg_catalog.+) 1",
  ],
  "42V01": ["SELECT * FROM pg_class"],
  "0A000": [
    "SELECT current_setting('x')",
    "SELECT set_config('role', 'postgres', false)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM (VALUES (1)) v (a), LATERAL (SELECT 1) x",
    "SELECT a IS NOT DISTINCT FROM 1 FROM public.t",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COPY public.t FROM LOCAL '/tmp/x'",
    "COPY public.t FROM '/etc/passwd'",
    "ALTER SYSTEM SET x = 1",
  ],
};

/** Statements and the rows that Vertica answers with. */
const ANSWERS: readonly [sql: string, rows: (string | null)[][]][] = [
  ["SELECT 7 / 2, 7 // 2, 7 % 2", [["3.500000000000000000", "3", "1"]]],
  ["SELECT 'a' || NULL, '' IS NULL, NVL(NULL, 1), IFNULL(NULL, 2)", [[null, "f", "1", "2"]]],
  ["SELECT DATE '2022-10-01' + 1, '2022-10-01'::DATE - '2022-09-01'::DATE", [["2022-10-02", "30"]]],
  ["SELECT CURRENT_USER, CURRENT_USER(), SESSION_USER", [["dbadmin", "dbadmin", "dbadmin"]]],
  ["SELECT ROUND(1.005, 2), ROUND(-2.5)", [["1.01", "-3"]]],
  ["SELECT LENGTH('ä'), OCTET_LENGTH('ä')", [["1", "2"]]],
  ["SELECT 1 WHERE NULL <=> NULL", [["1"]]],
  ["SELECT -9223372036854775808", [[null]]],
  // Added up with more bits than 64: only the end counts.
  [
    `SELECT SUM(n) FROM (
       SELECT 9223372036854775807 AS n UNION ALL SELECT 1 UNION ALL SELECT -2
     ) AS numbers`,
    [["9223372036854775806"]],
  ],
  ["SELECT CURRENT_TRANS_ID() > 45035996273704960", [["t"]]],
  ["SELECT HAS_TABLE_PRIVILEGE('public.t', 'SELECT')", [["t"]]],
  ["SELECT object_name FROM v_catalog.grants WHERE object_name LIKE 'info%'", []],
  [
    `MERGE INTO public.u USING public.t ON u.a = t.a
     WHEN MATCHED THEN UPDATE SET b = t.b
     WHEN NOT MATCHED THEN INSERT (a, b) VALUES (t.a, t.b)`,
    [["1"]],
  ],
];

/** Statements that run, and fail as Vertica's do. */
const FAILURES: readonly [sql: string, state: string, message: RegExp][] = [
  ["SELECT 1 / 0", "22012", /^Division by zero$/],
  ["SELECT CAST('x' AS INTEGER)", "22V02", /^Invalid input syntax for integer: "x"$/],
  [
    "SELECT SUM(n) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1) AS numbers",
    "22003",
    /^Sum\(\) overflowed$/,
  ],
  ["INSERT INTO public.t (b) VALUES ('äöü')", "22001", /String of 6 octets is too long/],
];

postgresTest("the engine refuses what is PostgreSQL's alone, and runs nothing of it", async (t) => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, ...TABLES);
  for (const [state, statements] of Object.entries(REFUSED)) {
    for (const sql of statements) {
      await t.step(sql, async () => {
        const failure = await failureOf(rowsOf(session, sql));
        assert.equal(failure.state, state, failure.text);
      });
    }
  }
  await rowsOf(session, "COMMIT");
  assert.deepEqual(await rowsOf(session, "SELECT a, b FROM public.t"), [["1", "x"]]);
});

/** The PostgreSQL behind the engine: MERGE came with version 15, and finpipe says none. */
const KNOWS_MERGE = Number(Deno.env.get("FINPIPE_TEST_PG_VERSION") ?? 18) >= 15;

postgresTest("the engine answers as Vertica does where PostgreSQL would not", async (t) => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, ...TABLES);
  for (const [sql, rows] of ANSWERS) {
    await t.step({
      name: sql,
      ignore: sql.startsWith("MERGE") && !KNOWS_MERGE,
      fn: async () => assert.deepEqual(await rowsOf(session, sql), rows),
    });
  }
  for (const [sql, state, message] of FAILURES) {
    await t.step(sql, async () => {
      const failure = await failureOf(rowsOf(session, sql));
      assert.equal(failure.state, state);
      assert.match(failure.text, message);
    });
  }
});
