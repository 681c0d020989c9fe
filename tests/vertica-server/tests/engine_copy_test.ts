/** COPY of the Vertica test server's engine, by Vertica's rules. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "csv-stringify/sync";
import { postgresTest } from "../../support/postgres/database.ts";
import type { EngineSession } from "../engine.ts";
import { copyIn, failureOf, rowsOf, startCopy, valueOf } from "../engine/session_words.ts";
import { testEngine } from "../engine/test_engine.ts";

const CSV = "PARSER FCSVPARSER(type = 'rfc4180', header = 'false', trim = 'false', " +
  "reject_on_materialized_type_error = 'true')";

async function withTable(session: EngineSession): Promise<void> {
  await rowsOf(
    session,
    "CREATE TABLE t (n INT NOT NULL, s VARCHAR(5), d DATE)",
  );
}

const all = (session: EngineSession) => rowsOf(session, "SELECT n, s, d FROM t ORDER BY n, s");
const reasons = (session: EngineSession, table = "r") =>
  rowsOf(
    session,
    `SELECT row_number, rejected_reason, rejected_data FROM ${table} ORDER BY row_number`,
  );

postgresTest(
  "rows that fit no type are rejected with number, reason and data; the rest stays",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await withTable(session);
    const data = '1,a,2022-10-01\nx,b,\n3,c\n,d,\n5,e,2022-13-01\n6,f,,\n7,"g\ng",2022-10-07\n';
    const statement = `COPY t FROM STDIN ${CSV} REJECTED DATA AS TABLE r NO COMMIT`;
    assert.equal((await copyIn(session, statement, data)).count, "2");
    assert.deepEqual(await all(session), [["1", "a", "2022-10-01"], ["7", "g\ng", "2022-10-07"]]);
    assert.deepEqual(await reasons(session), [
      ["2", "Parse error in column 1", "x,b,"],
      ["3", wrongNumber("MORE"), "3,c"],
      ["4", "Null value for NOT NULL column 1 (n)", ",d,"],
      ["5", "Parse error in column 3", "5,e,2022-13-01"],
      ["6", wrongNumber("MORE"), "6,f,,"],
    ]);
  },
);

/** In the words of FCSVPARSER's source, to which one column too few is one too many. */
const wrongNumber = (which: string) =>
  `Wrong number of columns! COPYing 3 columns from a source file containing: ${which} columns.`;

postgresTest("FCSVPARSER takes and rejects as its source does", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (n INT NOT NULL, s VARCHAR(5), d TIMESTAMP)");
  const data = "\n1,a,2022-10-01 00:00:00+03\n\n2,b,2022-10-01T12:00:00-0130\n3\n\n" +
    "4,abcdef,\n-9223372036854775808,e,\n5,f,2022-10-01 00:00:00Z\n\n";
  const statement = `COPY t FROM STDIN ${CSV} REJECTED DATA AS TABLE r NO COMMIT`;
  assert.equal((await copyIn(session, statement, data)).count, "3");
  assert.deepEqual(await all(session), [
    ["1", "a", "2022-09-30 21:00:00"],
    ["2", "b", "2022-10-01 13:30:00"],
    ["5", "f", "2022-10-01 00:00:00"],
  ]);
  // Blank lines are neither, and have no number.
  assert.deepEqual(await reasons(session), [
    ["3", wrongNumber("FEWER"), "3"],
    ["4", "Parse error in column 2", "4,abcdef,"],
    ["5", "Parse error in column 1", "-9223372036854775808,e,"],
  ]);
});

postgresTest("what is too long is said in the words that a driver's own tests expect", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const statement =
    "COPY t FROM STDIN DELIMITER ',' ENFORCELENGTH REJECTED DATA AS TABLE r NO COMMIT";
  await copyIn(session, statement, "5,aaaaaaaaaa,\nx,bla,\n");
  assert.deepEqual((await reasons(session)).map(([, reason]) => reason), [
    "The 10-byte value is too long for type Varchar(5), column 2 (s)",
    "Invalid integer format 'x' for column 1 (n)",
  ]);
});

postgresTest("a NULL that FCSVPARSER gave may fail the COPY as a whole", async () => {
  await using place = await testEngine();
  place.engine.switches.nullInCopy = "fail";
  const session = await place.open();
  await withTable(session);
  const failure = await failureOf(copyIn(session, `COPY t FROM STDIN ${CSV}`, "1,a,\n,b,\n"));
  assert.deepEqual(failure, {
    state: "22004",
    text: "Cannot set a NOT NULL column (n) to a NULL value in COPY statement",
  });
  assert.deepEqual(await all(session), []);
});

postgresTest("COPY commits, and what was before it too, unless it says NO COMMIT", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const insert = "INSERT INTO t VALUES (1, NULL, NULL)";
  await rowsOf(session, insert);
  await copyIn(session, "COPY t FROM STDIN NO COMMIT", "2||\n");
  assert.equal(session.status, "T");
  await rowsOf(session, "ROLLBACK");
  assert.deepEqual(await all(session), []);
  await rowsOf(session, insert);
  await copyIn(session, "COPY t FROM STDIN", "2||\n");
  assert.equal(session.status, "I");
  await rowsOf(session, "ROLLBACK");
  assert.equal((await all(session)).length, 2);
});

postgresTest(
  "a string that is too long is cut at a character, with ENFORCELENGTH refused",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await withTable(session);
    const data = "1|abcdef|\n2|aaaaé|\n3|éé|\n";
    await copyIn(session, "COPY t FROM STDIN", data);
    assert.deepEqual(await all(session), [["1", "abcde", null], ["2", "aaaa", null], [
      "3",
      "éé",
      null,
    ]]);
    await rowsOf(session, "TRUNCATE TABLE t");
    const { count, rejected } = await copyIn(
      session,
      "COPY t FROM STDIN ENFORCELENGTH RETURNREJECTED",
      data,
    );
    assert.deepEqual([count, rejected], ["1", [1n, 2n]]);
  },
);

postgresTest("the default parser: escapes, NULL, SKIP, TRAILING NULLCOLS", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const statement = "COPY t FROM STDIN DELIMITER ',' NULL AS 'nil' ENCLOSED BY '\"' SKIP 1 " +
    "TRAILING NULLCOLS RETURNREJECTED";
  const data = 'head,er\n1,a\\,b,nil\n2,"c,d"\n3,"nil"\n4\n,,\n';
  const { rejected } = await copyIn(session, statement, data);
  assert.deepEqual(rejected, [6n]);
  assert.deepEqual(await all(session), [
    ["1", "a,b", null],
    ["2", "c,d", null],
    ["3", "nil", null],
    ["4", null, null],
  ]);
});

postgresTest("a header names the columns", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  await copyIn(session, "COPY t FROM STDIN PARSER FCSVPARSER()", "S,other,n\n a ,x,1\n,y,2\n");
  assert.deepEqual(await all(session), [["1", "a", null], ["2", null, null]]);
});

postgresTest(
  "types that do not fit are NULL without reject_on_materialized_type_error",
  async () => {
    await using place = await testEngine();
    const session = await place.open();
    await withTable(session);
    const statement = `COPY t FROM STDIN ${CSV.replace("'true'", "'false'")} RETURNREJECTED`;
    const { rejected } = await copyIn(session, statement, "1,a,x\nx,b,\n");
    assert.deepEqual(rejected, [2n]);
    assert.deepEqual(await all(session), [["1", "a", null]]);
  },
);

for (const [quotedEmpty, expected] of [["null", null], ["empty", ""]] as const) {
  postgresTest(`FCSVPARSER makes ${quotedEmpty} of "", as the switch says`, async () => {
    await using place = await testEngine();
    place.engine.switches.quotedEmpty = quotedEmpty;
    const session = await place.open();
    await withTable(session);
    await copyIn(session, `COPY t FROM STDIN ${CSV}`, '1,"",\n2,,\n');
    assert.deepEqual(await all(session), [["1", expected, null], ["2", null, null]]);
  });
}

postgresTest("fillers are read, and columns computed of them", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const statement = "COPY t (n, given FILLER VARCHAR(5), s AS COALESCE(given, 'none'), " +
    `d AS DATE '2022-10-01' + n) FROM STDIN ${CSV} ENFORCELENGTH RETURNREJECTED`;
  const { count, rejected } = await copyIn(session, statement, "1,a\n2,\n3,abcdef\n");
  assert.deepEqual([count, rejected], ["2", [3n]]);
  assert.deepEqual(await all(session), [["1", "a", "2022-10-02"], ["2", "none", "2022-10-03"]]);
});

postgresTest("an empty string that was read as NULL is put back by COALESCE", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const statement = "COPY t (n, given FILLER VARCHAR(5), d, s AS COALESCE(given, 'a\\b')) " +
    `FROM STDIN ${CSV} ENFORCELENGTH RETURNREJECTED`;
  const data = '1,"",\n2,x,2022-10-01\n3,abcdef,\n';
  const { count, rejected } = await copyIn(session, statement, data);
  assert.deepEqual([count, rejected], ["2", [3n]]);
  assert.deepEqual(await all(session), [["1", "a\\b", null], ["2", "x", "2022-10-01"]]);
});

for (const ending of ["is cancelled", "gives up", "goes away"]) {
  postgresTest(`a client that ${ending} in the middle of much data leaves nothing`, async () => {
    await using place = await testEngine();
    const [session, other] = [await place.open(), await place.open()];
    await withTable(session);
    const copy = await startCopy(session, "COPY t FROM STDIN");
    const bytes = new TextEncoder().encode("1|a|2022-10-01\n".repeat(100_000));
    await copy.write(bytes);
    if (ending === "goes away") await session.close();
    else {
      if (ending === "is cancelled") session.cancel();
      const failed = ending === "gives up" ? copy.fail("gone") : copy.write(bytes);
      assert.equal((await failureOf(failed)).state, ending === "gives up" ? "08000" : "57014");
      assert.deepEqual(await all(session), []);
      // Its lock is the transaction's.
      await rowsOf(session, "ROLLBACK");
    }
    assert.equal(await valueOf(other, "DELETE FROM t"), "0");
  });
}

postgresTest("a COPY that the database refuses before its data comes fails", async () => {
  await using place = await testEngine();
  const admin = await place.open();
  await withTable(admin);
  await rowsOf(admin, "CREATE USER loader", "GRANT INSERT ON t TO loader");
  const session = await place.open("loader");
  const copy = await startCopy(session, "COPY t FROM STDIN");
  await rowsOf(admin, "REVOKE INSERT ON t FROM loader");
  const bytes = new TextEncoder().encode("1|a|2022-10-01\n".repeat(100_000));
  assert.equal((await failureOf(copy.write(bytes))).state, "42501");
  assert.equal(await valueOf(session, "SELECT CURRENT_USER()"), "loader");
});

const FAILURES: [name: string, options: string, data: string, state: string, text: RegExp][] = [
  ["ABORT ON ERROR", "ABORT ON ERROR", "1||\nx||\n", "22V04", /Input record 2 has been rejected/],
  ["REJECTMAX", "REJECTMAX 1", "1||\nx||\ny||\n", "22V04", /REJECTMAX \(1\)/],
];
for (const [name, options, data, state, text] of FAILURES) {
  postgresTest(`a COPY that fails leaves none of its rows: ${name}`, async () => {
    await using place = await testEngine();
    const session = await place.open();
    await withTable(session);
    await rowsOf(session, "INSERT INTO t VALUES (9, NULL, NULL)");
    const failure = await failureOf(copyIn(session, `COPY t FROM STDIN ${options}`, data));
    assert.equal(failure.state, state);
    assert.match(failure.text, text);
    assert.equal(session.status, "T");
    await rowsOf(session, "COMMIT");
    assert.deepEqual(await all(session), [["9", null, null]]);
  });
}

postgresTest("rows that break an enabled key fail the whole COPY", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (n INT PRIMARY KEY ENABLED, s VARCHAR(5), d DATE)");
  const failure = await failureOf(copyIn(session, "COPY t FROM STDIN", "1||\n1||\n"));
  assert.equal(failure.state, "23505");
  assert.deepEqual(await all(session), []);
});

postgresTest("a client that gives up leaves nothing", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const copy = await startCopy(session, "COPY t FROM STDIN");
  await copy.write(new TextEncoder().encode("1||\n"));
  await copy.endBatch();
  assert.deepEqual(await failureOf(copy.fail("source failed")), {
    state: "08000",
    text: "COPY: from stdin failed: source failed",
  });
  assert.deepEqual(await all(session), []);
});

postgresTest(
  "rejected rows are kept past the transaction in a table that COPY commits",
  async () => {
    await using place = await testEngine();
    const [session, other] = [await place.open(), await place.open()];
    await withTable(session);
    const statement = "COPY t FROM STDIN REJECTED DATA AS TABLE r";
    await copyIn(session, statement, "x||\n");
    await copyIn(session, statement, "y||\n");
    assert.deepEqual((await reasons(other)).map(([, , data]) => data), ["x||", "y||"]);
  },
);

postgresTest("many rejected rows, and what is no UTF-8, among rows that are taken", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await withTable(session);
  const rows = Array.from(
    { length: 5000 },
    (_, index) => index % 2 === 0 ? `${index}||\n` : `x||\n`,
  );
  const statement = "COPY t FROM STDIN REJECTED DATA AS TABLE r NO COMMIT";
  const bad = Uint8Array.from([0x39, 0x7c, 0xff, 0x7c, 0x0a]);
  const { count } = await copyIn(session, statement, rows.join(""), bad, "8||\n");
  assert.equal(count, "2501");
  assert.equal(await valueOf(session, "SELECT COUNT(*) FROM r"), "2501");
  assert.deepEqual((await reasons(session)).at(-1)!.slice(0, 2), [
    "5001",
    "Invalid UTF-8 for column 2 (s)",
  ]);
});

postgresTest("FCSVPARSER reads UUIDs and NUMERICs as texts, which are cast", async () => {
  await using place = await testEngine();
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (u UUID, p NUMERIC(18, 6))");
  for (const items of ["", "(u)", "(p)"]) {
    const { text } = await failureOf(startCopy(session, `COPY t ${items} FROM STDIN ${CSV}`));
    assert.match(text, /FCSVPARSER into "[up]" of type (UUID|NUMERIC)/);
  }
  const items = "(a FILLER VARCHAR(36), b FILLER VARCHAR(20), u AS CAST(a AS UUID), " +
    "p AS CAST(b AS NUMERIC(18, 6)))";
  const id = "00000000-0000-4000-8000-000000000001";
  await copyIn(session, `COPY t ${items} FROM STDIN ${CSV}`, `${id},999999999999.999999\n`);
  assert.deepEqual(await rowsOf(session, "SELECT u, p FROM t"), [[id, "999999999999.999999"]]);
});

postgresTest("whatever text was written as CSV is what the table holds", async () => {
  await using place = await testEngine();
  place.engine.switches.quotedEmpty = "empty";
  const session = await place.open();
  await rowsOf(session, "CREATE TABLE t (n INT, s VARCHAR(1000), d VARCHAR(1000))");
  const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) =>
    !text.includes("\0")
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 6 }), async (pairs) => {
      const rows = pairs.map(([s, d], index) => [String(index), s, d]);
      const data = stringify(rows, { quoted_string: true, quoted_empty: true });
      await rowsOf(session, "TRUNCATE TABLE t");
      await copyIn(session, `COPY t FROM STDIN ${CSV}`, data);
      assert.deepEqual(await all(session), rows);
    }),
    { numRuns: 25 },
  );
});
