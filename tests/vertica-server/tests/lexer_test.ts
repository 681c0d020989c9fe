/** Vertica's SQL cut into tokens, and rewritten for PostgreSQL. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { splitStatements, tokensOf } from "../engine/lexer.ts";
import { withNullOrder } from "../engine/null_order.ts";
import { rewrite } from "../engine/rewrite.ts";
import { describeType } from "../engine/types.ts";
import { VerticaError } from "../engine.ts";

const refusal = (state: string) => (error: unknown) =>
  error instanceof VerticaError && error.sqlState === state;

Deno.test("a string is one token, whatever is in it", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const [token, ...others] = tokensOf(`'${value.replaceAll("'", "''")}' `);
    assert.equal(token!.value, value);
    assert.equal(token!.kind, "string");
    assert.deepEqual(others, []);
  }));
});

Deno.test("statements are split at semicolons, not at those in strings, names and comments", () => {
  const sql = "SELECT ';' ; -- ;\n /* ; /* ; */ */ SELECT \";\" ;; SELECT E'\\';'";
  assert.deepEqual(splitStatements(sql), ["SELECT ';'", 'SELECT ";"', "SELECT E'\\';'"]);
});

Deno.test("an E string gives what its escapes mean", () => {
  assert.equal(tokensOf("E'a\\n\\t\\\\\\101'")[0]!.value, "a\n\t\\A");
});

Deno.test("signs that run together are cut where Vertica cuts them", () => {
  const words = (sql: string) => tokensOf(sql).map(({ text }) => text);
  assert.deepEqual(words("1--2\n"), ["1"]);
  assert.deepEqual(words("a=-1"), ["a", "=", "-", "1"]);
  assert.deepEqual(words("x::DATE<=y"), ["x", "::", "DATE", "<=", "y"]);
  assert.deepEqual(words("1.5e3 .5"), ["1.5e3", ".5"]);
});

const REWRITTEN: [vertica: string, postgres: string][] = [
  ["SELECT CAST(a AS INTEGER)", "SELECT CAST(a AS bigint)"],
  ["SELECT a::VARCHAR, b::VARCHAR(5)", "SELECT a::varchar, b::varchar(5)"],
  ["SELECT a::NUMERIC(38, 6)", "SELECT a::numeric(38, 6)"],
  ["SELECT HASH(a, F.b)", "SELECT v_engine.hash(ROW(a, F.b)::text)"],
  ["SELECT NVL(a, 1), CURRENT_USER()", "SELECT coalesce(a, 1), v_engine.current_user_name()"],
  ['SELECT "Amount"', 'SELECT "amount"'],
  ["SELECT E'a\\nb'", "SELECT 'a\nb'"],
  ["SELECT -9223372036854775808", "SELECT CAST(NULL AS bigint)"],
  ["SELECT 1 MINUS SELECT 2", "SELECT 1 EXCEPT SELECT 2"],
  ["INSERT INTO s.t (a, b) VALUES (1, 2)", "INSERT INTO s.t (a, b) VALUES (1, 2)"],
];
for (const [vertica, postgres] of REWRITTEN) {
  Deno.test(`rewritten: ${JSON.stringify(vertica)}`, () => {
    assert.equal(rewrite(vertica), postgres);
  });
}

Deno.test("a parameter is put in as a string that cannot end itself", () => {
  assert.equal(rewrite("SELECT ?, ?", ["a'; --", null]), "SELECT 'a''; --', NULL");
  assert.throws(() => rewrite("SELECT ?"), refusal("0A000"));
});

const SYNTAX_ERRORS = [
  "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
  "DELETE FROM t RETURNING a",
  "SELECT DISTINCT ON (a) a FROM t",
  "SELECT COUNT(*) FILTER (WHERE a) FROM t",
  "SELECT $$a$$",
  "SELECT a->>'b' FROM t",
  "SELECT a @> b FROM t",
  "SELECT 'open",
  "SELECT /* open",
];
for (const sql of SYNTAX_ERRORS) {
  Deno.test(`a syntax error to Vertica: ${sql}`, () => {
    assert.throws(() => rewrite(sql), refusal("42601"));
  });
}

const OTHERS: [state: string, sql: string][] = [
  ["42883", "SELECT generate_series(1, 3)"],
  ["42883", "SELECT jsonb_build_object('a', 1)"],
  ["42704", "SELECT a::TEXT FROM t"],
  ["42704", "SELECT CAST(a AS JSONB) FROM t"],
  ["42V01", "SELECT * FROM pg_class"],
  ["3F000", "SELECT * FROM information_schema.tables"],
  ["0A000", "SELECT GEOGRAPHIC_DISTANCE(a) FROM t"],
  ["0A000", "SELECT a FROM t FOR UPDATE"],
  ["0A000", "SELECT a FROM t LIMIT 1 OVER (PARTITION BY b ORDER BY c)"],
];
for (const [state, sql] of OTHERS) {
  Deno.test(`refused with ${state}: ${sql}`, () => {
    assert.throws(() => rewrite(sql), refusal(state));
  });
}

Deno.test("NULL is the smallest number and the greatest string where a query sorts", () => {
  const columns = [describeType("a", { name: "int" }), describeType("b", { name: "varchar" })];
  const order = (sql: string) => withNullOrder(sql, columns);
  assert.equal(
    order("SELECT a, b FROM t ORDER BY a, b"),
    "SELECT a, b FROM t ORDER BY a NULLS FIRST, b",
  );
  assert.equal(
    order("SELECT 1 ORDER BY t.a DESC LIMIT 1"),
    "SELECT 1 ORDER BY t.a DESC NULLS LAST LIMIT 1",
  );
  assert.equal(order("SELECT 1 ORDER BY 1"), "SELECT 1 ORDER BY 1 NULLS FIRST");
  const inside = "SELECT RANK() OVER (ORDER BY a)";
  assert.equal(order(inside), inside);
});
