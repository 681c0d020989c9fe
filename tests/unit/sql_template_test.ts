import assert from "node:assert/strict";
import fc from "fast-check";
import { Identifier, literal, SqlTemplate, statementsOf } from "../../lib/sql/template.ts";

Deno.test("a variable is filled in with a literal, a parameter, or a name", () => {
  const sql = new SqlTemplate("SELECT :day::date, :n FROM :schema.t WHERE d = :day");
  const values = { day: "2022-10-01", n: 5n, schema: new Identifier("My schema") };
  assert.deepEqual(sql.variables, ["day", "n", "schema"]);
  assert.equal(
    sql.withLiterals(values),
    `SELECT '2022-10-01'::date, 5 FROM "My schema".t WHERE d = '2022-10-01'`,
  );
  assert.deepEqual(sql.withParameters(values), {
    text: `SELECT $1::date, $2 FROM "My schema".t WHERE d = $1`,
    params: ["2022-10-01", 5n],
  });
});

Deno.test("what looks like a variable in a string, a comment or quotes is none", () => {
  const sql =
    `SELECT ':a', ":b", 'it''s :c', $$ :d $$, $x$ :e $$ :f $x$ -- :g 'x\n/* :h */, a::text`;
  const template = new SqlTemplate(sql);
  assert.deepEqual(template.variables, []);
  assert.equal(template.withLiterals(), sql);
});

Deno.test("a variable without a value is an error, and so is a list in place of a parameter", () => {
  const sql = new SqlTemplate("SELECT :a");
  assert.throws(() => sql.withLiterals({ b: 1 }), /No value for :a/);
  assert.throws(() => sql.withParameters({}), /No value for :a/);
  assert.throws(() => sql.withParameters({ a: ["x"] }), /:a is a list/);
  assert.equal(sql.withLiterals({ a: ["x", "y'"] }), "SELECT 'x', 'y'''");
  assert.equal(sql.withLiterals({ a: null }), "SELECT NULL");
});

Deno.test("what was put in is not looked at again", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    const sql = new SqlTemplate("SELECT :a, :b, :a");
    const [x, y] = [literal(a), literal(b)];
    assert.equal(sql.withLiterals({ a, b }), `SELECT ${x}, ${y}, ${x}`);
    assert.deepEqual(new SqlTemplate(`SELECT ${x}, :b`).variables, ["b"]);
    assert.deepEqual(new SqlTemplate(`SELECT ${new Identifier(`${a} `)}, :b`).variables, ["b"]);
  }));
});

Deno.test("a script is cut into its statements", () => {
  assert.deepEqual(statementsOf("-- a;b\nSELECT 1;\n\nSELECT\n  -- c\n  2;\n"), [
    "SELECT 1",
    "SELECT\n  2",
  ]);
});
