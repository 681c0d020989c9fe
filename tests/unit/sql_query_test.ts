import assert from "node:assert/strict";
import {
  bigInteger,
  boolean,
  day,
  decimal,
  integer,
  nullable,
  oneOf,
  optional,
  text,
  timestamp,
} from "../../lib/sql/columns.ts";
import { query, quickQuery } from "../../lib/sql/query.ts";
import type { FinpipeError } from "../../lib/runtime/errors.ts";

const days = query("example/days", "SELECT", {
  day,
  rows: integer,
  total: decimal,
  largest: nullable(bigInteger),
  is_stale: boolean,
  loaded_at: timestamp,
  version: text,
});

const row = {
  day: "2022-10-01",
  rows: "9007199254740991",
  total: "-1.500000",
  largest: "170141183460469231731687303715884105727",
  is_stale: "t",
  loaded_at: "2022-10-02 03:04:05.000006",
  version: "",
};

Deno.test("a row is decoded by its columns, and columns that nobody asked for are left out", () => {
  const { loaded_at, day, ...rest } = days.decode({ ...row, more: "x" });
  assert.equal(String(day), "2022-10-01");
  assert.equal(String(loaded_at), "2022-10-02T03:04:05.000006");
  assert.deepEqual(rest, {
    rows: Number.MAX_SAFE_INTEGER,
    total: "-1.500000",
    largest: 2n ** 127n - 1n,
    is_stale: true,
    version: "",
  });
  assert.equal(days.decode({ ...row, largest: null }).largest, null);
});

const unfit: [column: keyof typeof row, value: string | null | undefined, said: RegExp][] = [
  ["rows", undefined, /column rows of sql\/example\/days\.sql is not there/],
  ["rows", null, /column rows of .* is NULL where a whole number/],
  ["rows", "1.5", /column rows of .* has a value where a whole number/],
  ["rows", "9007199254740992", /column rows/],
  ["total", "NaN", /column total of .* has a value where a decimal number/],
  ["largest", "", /column largest/],
  ["is_stale", "true", /column is_stale of .* where t or f/],
  ["day", "2022-02-30x", /column day of .* where a date/],
  ["day", "2022-02-30", /column day of .* has a value where a date/],
  ["loaded_at", "infinity", /column loaded_at of .* where a timestamp/],
  ["loaded_at", "2022-10-01 24:00:00", /column loaded_at of .* has a value where a timestamp/],
  ["version", null, /column version of .* is NULL where text/],
];

for (const [column, value, said] of unfit) {
  Deno.test(`a row whose ${column} is ${value} is refused, without its value`, () => {
    assert.throws(() => days.decode({ ...row, [column]: value } as typeof row), (error) => {
      const { kind, message } = error as FinpipeError;
      assert.match(message, said);
      if (value) assert.ok(!message.includes(value));
      return kind === "configuration";
    });
  });
}

Deno.test("a column is named in snake case, and its value as the code calls it", () => {
  const read = query("example/read", "SELECT", { readAt: text, last_id: integer });
  assert.deepEqual(read.decode({ read_at: "x", last_id: "7" }), { readAt: "x", last_id: 7 });
  assert.throws(
    () => read.decode({ readAt: "x", last_id: "7" }),
    /column read_at of sql\/example\/read\.sql is not there/,
  );
});

Deno.test("a column that may be NULL is undefined, and a word is one of those that are known", () => {
  const kinds = query("example/kinds", "SELECT", {
    kind: oneOf(["file", "stdin"]),
    size: optional(integer),
  });
  assert.deepEqual(kinds.decode({ kind: "file", size: null }), { kind: "file", size: undefined });
  assert.deepEqual(kinds.decode({ kind: "stdin", size: "1" }), { kind: "stdin", size: 1 });
  assert.throws(
    () => kinds.decode({ kind: "folder", size: "1" }),
    /column kind of .* has a value where file or stdin is expected/,
  );
});

Deno.test("a row that is decoded by hand and does not fit is told of as any other", () => {
  const ids = quickQuery(
    query("example/ids", "SELECT", { id: integer }),
    ({ id }) => id ? { id: Number(id) } : undefined,
  );
  assert.deepEqual(ids.decode({ id: "7" }), { id: 7 });
  assert.throws(() => ids.decode({ id: null }), /column id of sql\/example\/ids\.sql is NULL/);
});
