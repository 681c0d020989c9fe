/** The lists of the drivers' suites: what passes may only grow. */
import assert from "node:assert/strict";
import {
  compare,
  grown,
  readExpectations,
  type Word,
  writeExpectations,
} from "../suites/expectations.ts";

const EXPECTED = new Map<string, Word>([
  ["a", "passes"],
  ["b c", "passes"],
  ["d", "unneeded"],
  ["e", "chance"],
  ["g", "wrong"],
]);
const RESULTS = new Map([
  ["a", undefined],
  ["b c", "it broke"],
  ["d", undefined],
  ["e", undefined],
  ["f", "it is new"],
]);

Deno.test("a list is read as it was written", () => {
  const text = writeExpectations("driver==1", EXPECTED);
  assert.deepEqual(readExpectations(text), EXPECTED);
  assert.match(text, /^# .*driver==1/);
  assert.match(text, /^# +passes +2: /m);
  assert.throws(() => readExpectations("perhaps x\n"), /Not a word and a test: "perhaps x"/);
});

Deno.test("a run is held against its list: what is lost, won, new and gone", () => {
  assert.deepEqual(compare(EXPECTED, RESULTS), {
    passed: 3,
    all: 5,
    lost: [["b c", "it broke"]],
    won: ["d"],
    unlisted: ["f"],
    gone: ["g"],
  });
});

Deno.test("an update adds what passed, and takes nothing away that did", () => {
  assert.deepEqual(
    grown(EXPECTED, RESULTS),
    new Map<string, Word>([
      ["a", "passes"],
      ["b c", "passes"],
      ["d", "passes"],
      ["e", "chance"],
      ["g", "wrong"],
      ["f", "wrong"],
    ]),
  );
});

Deno.test("the lists say of each test why it does not pass", async () => {
  for (const name of ["vertica-python", "v-pool", "vertica-nodejs"]) {
    const file = new URL(`../suites/${name}.txt`, import.meta.url);
    const expected = readExpectations(await Deno.readTextFile(file));
    assert.ok(expected.size > 40, name);
    assert.ok([...expected.values()].filter((word) => word === "wrong").length < 10, name);
  }
});
