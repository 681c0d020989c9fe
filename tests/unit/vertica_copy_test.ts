/** The data of a COPY: records and fields however they are cut, and what each type takes. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { readCopy, type RecordFormat } from "../vertica-server/engine/copy/options.ts";
import { type DataRecord, RecordReader } from "../vertica-server/engine/copy/records.ts";
import { takeValue } from "../vertica-server/engine/copy/values.ts";
import { Reader } from "../vertica-server/engine/reader.ts";
import type { VerticaType } from "../vertica-server/engine/types.ts";

const CSV: RecordFormat = {
  delimiter: ",",
  quote: '"',
  escape: undefined,
  isDoubled: true,
  terminator: "\n",
};

/** What a reader makes of the bytes, cut into pieces of these sizes in turn. */
function recordsOf(data: Uint8Array, format: RecordFormat, sizes: number[]): DataRecord[] {
  const reader = new RecordReader(format);
  const records: DataRecord[] = [];
  const turns = sizes.length === 0 ? [data.length || 1] : sizes;
  for (let at = 0, turn = 0; at < data.length; turn++) {
    const size = turns[turn % turns.length]!;
    const piece = Uint8Array.from(data.subarray(at, at + size));
    records.push(...reader.push(piece));
    // The caller may use its buffer again.
    piece.fill(0);
    at += size;
  }
  return [...records, ...reader.end()];
}

const utf8 = (text: string) => Buffer.from(text, "latin1").toString("utf8");
const textsOf = (records: DataRecord[]) =>
  records.map(({ fields }) => fields.map(({ text }) => utf8(text)));

const field = fc.array(fc.constantFrom('"', ",", "\n", "\r", "a", "é", "\\", "|", "'"), {
  maxLength: 5,
})
  .map((parts) => parts.join(""));
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 5 });

Deno.test("CSV that csv-stringify wrote is read as csv-parse reads it, wherever it is cut", () => {
  fc.assert(fc.property(
    fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 }),
    sizes,
    fc.boolean(),
    (rows, sizes, quoted) => {
      const data = Buffer.from(stringify(rows, { quoted, record_delimiter: "unix" }));
      const records = recordsOf(data, CSV, sizes);
      assert.deepEqual(records.filter(({ problem }) => problem !== undefined), []);
      const expected = parse(data, { relax_column_count: true, record_delimiter: "\n" });
      assert.deepEqual(textsOf(records), expected);
    },
  ));
});

Deno.test("any bytes give the same records wherever they are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.constantFrom(...'",\n\r|\\ab\xff'), { maxLength: 40 }),
    sizes,
    fc.constantFrom<RecordFormat>(
      CSV,
      { delimiter: "|", quote: '"', escape: "\\", isDoubled: false, terminator: "\n" },
      { delimiter: "|", quote: undefined, escape: "\\", isDoubled: false, terminator: "\r\n" },
    ),
    (signs, sizes, format) => {
      const data = Buffer.from(signs.join(""), "latin1");
      const whole = recordsOf(data, format, []);
      assert.deepEqual(recordsOf(data, format, sizes), whole);
      // Nothing is lost: the records as they came, put together again.
      const text = signs.join("");
      const raw = whole.map((record) => record.raw).join(format.terminator);
      assert.ok(text === raw || text === raw + format.terminator);
    },
  ));
});

const BROKEN: [data: string, problem: RegExp][] = [
  ['a,"b" c\n', /behind a closing quote/],
  ['a"b,c\n', /Quote in a field/],
  ['a,"b\n', /No closing quote/],
];
for (const [data, problem] of BROKEN) {
  Deno.test(`no record: ${JSON.stringify(data)}`, () => {
    const [record, ...others] = recordsOf(Buffer.from(data), CSV, [1]);
    assert.match(record!.problem!, problem);
    assert.deepEqual(others, []);
  });
}

Deno.test("an escape takes the next sign as it is, also in quotes", () => {
  const format = { delimiter: "|", quote: "'", escape: "\\", isDoubled: false, terminator: "\n" };
  const records = recordsOf(Buffer.from("a\\|b|'c\\'|d'\nx\\\ny|z\n"), format, [1]);
  assert.deepEqual(textsOf(records), [["a|b", "c'|d"], ["x\ny", "z"]]);
});

Deno.test("a doubled quote is none to the delimited parser", () => {
  const format = { delimiter: "|", quote: "'", escape: "\\", isDoubled: false, terminator: "\n" };
  const [record] = recordsOf(Buffer.from("'a''b'|c\n"), format, [1]);
  assert.match(record!.problem!, /behind a closing quote/);
});

const TAKEN: [type: VerticaType, text: string, value: string | null][] = [
  [{ name: "int" }, " 42 ", "42"],
  [{ name: "int" }, "-9223372036854775807", "-9223372036854775807"],
  [{ name: "int" }, "-9223372036854775808", null],
  [{ name: "numeric", precision: 4, scale: 2 }, "12.345", "12.35"],
  [{ name: "numeric", precision: 4, scale: 2 }, "-0.005", "-0.01"],
  [{ name: "numeric", precision: 4, scale: 2 }, "1e1", "10.00"],
  [{ name: "numeric", precision: 3, scale: 0 }, "2.5", "3"],
  [{ name: "numeric", precision: 18, scale: 6 }, "999999999999.999999", "999999999999.999999"],
  [{ name: "boolean" }, "TRUE", "t"],
  [{ name: "date" }, "2024-02-29", "2024-02-29"],
  [{ name: "timestamp" }, "2022-10-01T00:00:01.5", "2022-10-01 00:00:01.5"],
  [{ name: "timestamp" }, "2022-10-01", "2022-10-01"],
  [{ name: "varchar", length: 2 }, "abc", "ab"],
  [{ name: "varchar", length: 3 }, Buffer.from("éé").toString("latin1"), "é"],
];
for (const [type, text, value] of TAKEN) {
  Deno.test(`${type.name} takes ${JSON.stringify(text)}`, () => {
    assert.deepEqual(takeValue(text, type, false), { value });
  });
}

const REFUSED: [type: VerticaType, text: string][] = [
  [{ name: "int" }, "9223372036854775808"],
  [{ name: "int" }, "1.0"],
  [{ name: "int" }, ""],
  [{ name: "numeric", precision: 4, scale: 2 }, "99.995"],
  [{ name: "numeric", precision: 4, scale: 2 }, "."],
  [{ name: "numeric", precision: 4, scale: 2 }, "1e9999"],
  [{ name: "uuid" }, "00000000-0000-0000-0000-00000000000g"],
  [{ name: "date" }, "2023-02-29"],
  [{ name: "date" }, "0000-01-01"],
  [{ name: "timestamp" }, "2022-10-01 24:00:00"],
  [{ name: "timestamp" }, "2022-10-01 00:00:01Z"],
  [{ name: "varchar", length: 2 }, "abc"],
  [{ name: "varchar", length: 9 }, "\xff"],
];
for (const [type, text] of REFUSED) {
  Deno.test(`${type.name} does not take ${JSON.stringify(text)}`, () => {
    assert.ok("reason" in takeValue(text, type, true));
  });
}

Deno.test("numbers of any size are rounded half away from zero, or refused beyond the precision", () => {
  fc.assert(fc.property(
    fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
    fc.integer({ min: 0, max: 5 }),
    (units, decimals) => {
      const text = `${units}e-${decimals}`;
      const outcome = takeValue(text, { name: "numeric", precision: 8, scale: 2 }, true);
      const scale = 10n ** BigInt(decimals);
      const size = (units < 0n ? -units : units) * 100n;
      const rounded = (size * 2n + scale) / (scale * 2n);
      if (rounded >= 10n ** 8n) assert.ok("reason" in outcome);
      else {
        const value = (outcome as { value: string }).value;
        assert.equal(BigInt(value.replace(/[-.]/g, "")), rounded);
        assert.equal(value.startsWith("-"), units < 0n && rounded > 0n);
      }
    },
  ));
});

const REFUSED_COPIES = [
  "COPY t FROM '/tmp/file'",
  "COPY t FROM STDIN GZIP",
  "COPY t FROM LOCAL STDIN REJECTED DATA AS TABLE r",
  "COPY t FROM LOCAL STDIN PARSER FJSONPARSER()",
  "COPY t FROM STDIN PARSER FCSVPARSER(type = 'traditional')",
  "COPY t FROM STDIN PARSER FCSVPARSER(no_such = 'x')",
  "COPY t (a FORMAT 'hex') FROM STDIN",
  "COPY t FROM STDIN EXCEPTIONS 'x'",
  "COPY t FROM STDIN DELIMITER '||'",
  "COPY t FROM STDIN DELIMITER ',' ESCAPE AS ','",
  "COPY t FROM STDIN ENCLOSED BY '\"' ESCAPE AS '\"'",
];
for (const sql of REFUSED_COPIES) {
  Deno.test(`refused: ${sql}`, () => {
    assert.throws(() => readCopy(new Reader(sql)), { name: "VerticaError" });
  });
}
