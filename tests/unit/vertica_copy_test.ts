/** COPY of the Vertica test server, without its ends: bytes in, rows and rejected rows out. */
import assert from "node:assert/strict";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { parseCopy } from "../support/vertica/copy/statement.ts";
import { CopyTransform, type TableColumn } from "../support/vertica/copy/transform.ts";
import { VerticaError } from "../support/vertica/engine.ts";
import { TokenCursor } from "../support/vertica/sql/tokens.ts";
import { readType } from "../support/vertica/types.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const CSV = `PARSER FCSVPARSER(type = 'rfc4180', header = 'false', trim = 'false',
  reject_on_materialized_type_error = 'true') ENFORCELENGTH`;

function table(columns: Record<string, string>): TableColumn[] {
  return Object.entries(columns).map(([name, sql]) => ({
    name,
    type: readType(new TokenCursor(sql.replace(" NOT NULL", ""))),
    isNullable: !sql.includes("NOT NULL"),
  }));
}

interface Outcome {
  rows: string[];
  rejected: [row: number, data: string, reason: string][];
}

/** Loads the text, in pieces of so many bytes. */
function load(
  columns: Record<string, string>,
  options: string,
  text: string | Uint8Array,
  piece = 1 << 20,
): Outcome {
  const rejected: Outcome["rejected"] = [];
  const copy = new CopyTransform(
    parseCopy(`COPY t ${options.startsWith("(") ? "" : "FROM LOCAL STDIN "}${options}`),
    table(columns),
    ({ row, data, reason }) => rejected.push([row, decoder.decode(data), reason]),
  );
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  let out = "";
  for (let at = 0; at < bytes.length; at += piece) {
    out += decoder.decode(copy.push(bytes.slice(at, at + piece)));
  }
  out += decoder.decode(copy.end());
  const rows = out.split("\n").slice(0, -1);
  assert.equal(rows.length, copy.accepted);
  assert.equal(rejected.length, copy.rejected);
  return { rows, rejected };
}

Deno.test("copy rejects what is no value of its type, and goes on", () => {
  const { rows, rejected } = load(
    { id: "UUID NOT NULL", n: "INTEGER", at: "TIMESTAMP", rate: "NUMERIC(18,6)" },
    CSV,
    [
      "0f8fad5b-d9cb-469f-a165-70867728950e,1,2022-10-01 00:33:12,1.5",
      "0f8fad5b,1,2022-10-01 00:33:12,1.5",
      "0f8fad5b-d9cb-469f-a165-70867728950e,1.0,2022-10-01 00:33:12,1.5",
      "0f8fad5b-d9cb-469f-a165-70867728950e,1,2022-02-29 00:33:12,1.5",
      "0f8fad5b-d9cb-469f-a165-70867728950e,1,2022-10-01 00:33:12,1000000000000",
      ",1,2022-10-01 00:33:12,1.5",
      "0f8fad5b-d9cb-469f-a165-70867728950e,-9223372036854775808,,",
      "",
      "0f8fad5b-d9cb-469f-a165-70867728950e,9223372036854775808,,",
    ].join("\n"),
  );
  assert.deepEqual(rows, [
    "0f8fad5b-d9cb-469f-a165-70867728950e\t1\t2022-10-01 00:33:12\t1.5",
    "0f8fad5b-d9cb-469f-a165-70867728950e\t\\N\t\\N\t\\N",
  ]);
  assert.deepEqual(rejected.map(([row, , reason]) => [row, reason]), [
    [2, "Invalid uuid format '0f8fad5b' for column 1 (id)"],
    [3, "Invalid integer format '1.0' for column 2 (n)"],
    [4, "Invalid timestamp format '2022-02-29 00:33:12' for column 3 (at)"],
    [5, "Value '1000000000000' is too large for type Numeric(18,6) for column 4 (rate)"],
    [6, "Cannot set NOT NULL column (id) to a NULL value"],
    // The empty line before it is no row.
    [8, "Invalid integer format '9223372036854775808' for column 2 (n)"],
  ]);
  assert.equal(rejected[0]![1], "0f8fad5b,1,2022-10-01 00:33:12,1.5");
});

Deno.test("copy makes NULL of a wrong type unless fcsvparser is told to reject it", () => {
  const lenient = CSV.replace("'true')", "'false')");
  assert.deepEqual(load({ n: "INTEGER", a: "VARCHAR(3)" }, lenient, "x,a\n").rows, ["\\N\ta"]);
  assert.deepEqual(load({ n: "INTEGER NOT NULL" }, lenient, "x\n").rejected.length, 1);
});

Deno.test("copy rejects a row with too few or too many fields", () => {
  const { rows, rejected } = load({ a: "INTEGER", b: "INTEGER" }, CSV, "1\n1,2\n1,2,3\n");
  assert.deepEqual(rows, ["1\t2"]);
  assert.deepEqual(rejected, [[1, "1", "Too few columns found"], [
    3,
    "1,2,3",
    "Too many columns found",
  ]]);
});

Deno.test("copy counts the length of a VARCHAR in bytes, and cuts unless ENFORCELENGTH", () => {
  const columns = { a: "VARCHAR(5)" };
  const enforced = load(columns, CSV, "äöü\nabcde\näöx\n");
  assert.deepEqual(enforced.rows, ["abcde", "äöx"]);
  assert.deepEqual(enforced.rejected, [
    [1, "äöü", "The 6-byte value is too long for type Varchar(5) for column 1 (a)"],
  ]);
  const cut = load(columns, CSV.replace("ENFORCELENGTH", ""), "äöü\nabcdef\n");
  assert.deepEqual(cut, { rows: ["äö", "abcde"], rejected: [] });
});

Deno.test("copy computes columns from fillers", () => {
  const statement =
    `(n, given FILLER VARCHAR(10), a AS COALESCE(given, ''), b AS 'x') FROM STDIN ${CSV}`;
  const columns = { a: "VARCHAR(5) NOT NULL", b: "VARCHAR(1)", n: "INTEGER" };
  const { rows, rejected } = load(columns, statement, `1,""\n2,abc\n3,abcdef\n4,\n`);
  assert.deepEqual(rows, ["1\t\tx", "2\tabc\tx", "4\t\tx"]);
  assert.deepEqual(rejected, [
    [3, "3,abcdef", "The 6-byte value is too long for type Varchar(5) for column (a)"],
  ]);
});

Deno.test("copy refuses invalid UTF-8, a quote that never ends, and text behind a quote", () => {
  const columns = { a: "VARCHAR(10)", b: "INTEGER" };
  const bad = new Uint8Array([0x61, 0xff, 0x2c, 0x31, 0x0a]);
  assert.equal(load(columns, CSV, bad).rejected[0]![2], "Invalid UTF-8 sequence for column 1 (a)");
  assert.deepEqual(load(columns, CSV, `"a"b,1\na,2\n"a\n`).rejected, [
    [1, `"a"b,1`, "A quoted field goes on after its quote"],
    [3, `"a\n`, "A quoted field has no end"],
  ]);
});

Deno.test("copy stops at the first rejected row with ABORT ON ERROR, and at REJECTMAX", () => {
  const one = { a: "INTEGER" };
  for (const [options, taken] of [["ABORT ON ERROR", 1], ["REJECTMAX 2", 3]] as const) {
    let rejected = 0;
    const copy = new CopyTransform(parseCopy(`COPY t FROM STDIN ${options}`), table(one), () => {
      rejected++;
    });
    assert.throws(
      () => copy.push(encoder.encode("1\nx\n2\n3\nx\n4\n")),
      (error) => error instanceof VerticaError && error.sqlState === "22V04",
    );
    assert.equal(copy.accepted, taken);
    assert.equal(rejected, options === "REJECTMAX 2" ? 2 : 0);
  }
});

Deno.test("copy's own parser escapes with a backslash, and knows NULL by what is not quoted", () => {
  const columns = { a: "VARCHAR(10)", n: "INTEGER" };
  const plain = load(columns, "", "a\\|b|1\n|2\nc\\\nd|3\nx|\n");
  assert.deepEqual(plain.rows, ["a|b\t1", "\\N\t2", "c\\nd\t3", "x\t\\N"]);
  const quoted = load(
    columns,
    `DELIMITER ',' ENCLOSED BY '"' NULL AS 'null'`,
    `"",1\nnull,2\n"null",3\n"a,\\"b",4\n,5\n`,
  );
  assert.deepEqual(quoted.rows, ["\t1", "\\N\t2", "null\t3", `a,"b\t4`, "\t5"]);
  assert.deepEqual(
    load(columns, "NO ESCAPE TRAILING NULLCOLS SKIP 1", "skipped\na\\\n").rows,
    ["a\\\\\t\\N"],
  );
});

Deno.test("copy refuses loudly what it does not know", () => {
  const unknown = [
    "COPY t FROM '/tmp/file'",
    "COPY t FROM LOCAL '/tmp/file'",
    "COPY t FROM STDIN GZIP",
    "COPY t FROM STDIN NATIVE",
    "COPY t FROM STDIN PARSER fjsonparser()",
    "COPY t FROM STDIN PARSER fcsvparser(header='false')",
    "COPY t FROM STDIN PARSER fcsvparser(type='rfc4180', reject_on_duplicate='true')",
    "COPY t (a FORMAT 'octal') FROM STDIN",
    "COPY t (a AS b + 1) FROM STDIN",
    "COPY t FROM STDIN (FORMAT csv)",
    "COPY t FROM STDIN EXCEPTIONS '/tmp/file'",
  ];
  for (const sql of unknown) {
    assert.throws(
      () => parseCopy(sql),
      (error) => error instanceof VerticaError && error.sqlState === "0A000",
      sql,
    );
  }
  assert.throws(
    () => parseCopy(`COPY t FROM STDIN ENCLOSED BY '"' ESCAPE AS '"'`),
    /cannot be the same/,
  );
});

Deno.test("property: a CSV of any text is read as it was written, however it is cut", () => {
  const value = fc.string({ unit: "binary" }).map((text) =>
    // A lone surrogate is no text in UTF-8; the byte 0 is none to PostgreSQL.
    text.toWellFormed().replaceAll(/[\0\ufffd]/g, "?")
  );
  const rows = fc.array(fc.tuple(fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n), value));
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 9 }), (given, piece) => {
    const text = stringify(given.map(([n, word]) => [String(n), word]), {
      quoted_match: /[",\r\n]/,
      quoted_empty: true,
    });
    const got = load({ n: "INTEGER", a: "VARCHAR(65000)" }, CSV, text, piece);
    assert.deepEqual(got.rejected, []);
    assert.deepEqual(got.rows.map(read), given.map(([n, word]) => [String(n), word || null]));
  }));
});

Deno.test("property: rejected rows are the same, however the input is cut", () => {
  const line = fc.constantFrom("1,a", "x,b", `2,"c`, `"`, "3", `4,"d""\r\ne"`, "\r", "5,f\r", ",");
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (lines, piece) => {
    const text = lines.join("\n");
    const columns = { n: "INTEGER NOT NULL", a: "VARCHAR(6)" };
    assert.deepEqual(load(columns, CSV, text, piece), load(columns, CSV, text));
    const delimited = `DELIMITER ',' ENCLOSED BY '"'`;
    assert.deepEqual(load(columns, delimited, text, piece), load(columns, delimited, text));
  }));
});

/** The values of a row in PostgreSQL's text format. */
function read(row: string): (string | null)[] {
  const letters: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };
  return row.split("\t").map((value) =>
    value === "\\N" ? null : value.replaceAll(/\\(.)/g, (_, letter) => letters[letter]!)
  );
}
