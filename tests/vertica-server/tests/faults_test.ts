/** Faults of the Vertica test server, as words. */
import assert from "node:assert/strict";
import { DEFAULT_SWITCHES } from "../engine/state.ts";
import { readFault, setFault } from "../fault_words.ts";
import { Faults } from "../faults.ts";

Deno.test("readFault() reads kinds, places and how often", () => {
  assert.deepEqual(readFault("cut-before:3"), { kind: "cut before", message: 3 });
  assert.deepEqual(readFault("cut-after:d*2"), { kind: "cut after", code: "d", times: 2 });
  const { error, ...fault } = readFault("error:/^commit: x$/:55V03*7");
  assert.deepEqual(fault, { kind: "error", statement: /^commit: x$/i, times: 7 });
  assert.equal(error?.sqlState, "55V03");
  const full = readFault("disk-full:d*3");
  assert.deepEqual({ ...full, error: full.error?.sqlState }, {
    kind: "error",
    code: "d",
    times: 3,
    error: "53100",
  });
});

Deno.test("setFault() sets what waits for no message", () => {
  const faults = new Faults();
  const engine = { switches: { ...DEFAULT_SWITCHES } };
  setFault("slow-copy:1000", { faults, engine });
  setFault("login", { faults, engine });
  setFault("mergeout:2", { faults, engine });
  assert.equal(faults.copyRate, 1000);
  assert.equal(faults.login?.sqlState, "53300");
  assert.equal(engine.switches.mergeoutConflicts, 2);
});

Deno.test("readFault() and setFault() refuse what is no fault, and say what is", () => {
  const target = {
    faults: new Faults(),
    engine: { switches: { ...DEFAULT_SWITCHES } },
  };
  const wrong = [
    "",
    "cut",
    "cut-before",
    "cut-before:",
    "cut-before:0",
    "cut-before:ab",
    "cut-before://",
  ];
  for (
    const words of [
      ...wrong,
      "stall:1:55V03",
      "error:1:5",
      "disk-full:1:53100",
      "slow-copy:x",
      "slow-copy",
      "mergeout:-1",
    ]
  ) {
    assert.throws(() => setFault(words, target), /Not a fault/, words);
  }
});
