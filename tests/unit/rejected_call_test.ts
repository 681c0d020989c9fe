/** What `finpipe rejected` is asked for. */
import assert from "node:assert/strict";
import { rejectedCallOf } from "../../commands/rejected_call.ts";
import type { OptionValues } from "../../commands/command.ts";
import { isKind } from "../../lib/runtime/errors.ts";

Deno.test("list takes filters and a limit", () => {
  assert.deepEqual(rejectedCallOf(["list"], {}), { action: "list", filter: {}, limit: 100 });
  const options = {
    reason: "bad_value",
    day: "2022-10-02",
    source: "events",
    partition: 3,
    limit: 7,
  };
  assert.deepEqual(rejectedCallOf(["list"], options, ["events", "/data/events"]), {
    action: "list",
    filter: {
      reason: "bad_value",
      day: Temporal.PlainDate.from("2022-10-02"),
      sources: ["events", "/data/events"],
      partition: 3,
    },
    limit: 7,
  });
});

Deno.test("a limit of 0 is none", () => {
  const call = rejectedCallOf(["list"], { limit: 0 });
  assert.ok(call.action === "list" && call.limit === Infinity);
});

Deno.test("show takes one message", () => {
  assert.deepEqual(rejectedCallOf(["show", "7"], {}), { action: "show", id: 7 });
});

Deno.test("replay takes ids, or filters, or all there is", () => {
  assert.deepEqual(rejectedCallOf(["replay", "8", "7"], {}), {
    action: "replay",
    selection: { ids: [8, 7] },
  });
  assert.deepEqual(rejectedCallOf(["replay"], { partition: 0 }), {
    action: "replay",
    selection: { partition: 0 },
  });
  assert.deepEqual(rejectedCallOf(["replay"], {}), { action: "replay", selection: {} });
});

const REFUSED: [args: string[], options: OptionValues][] = [
  [["list", "7"], {}],
  [["list"], { day: "2022-02-30" }],
  [["show"], {}],
  [["show", "7", "8"], {}],
  [["show", "7"], { reason: "empty" }],
  [["show", "7"], { limit: 1 }],
  [["show", "0"], {}],
  [["show", "-1"], {}],
  [["show", "1e3"], {}],
  [["show", "9007199254740993"], {}],
  [["replay", "seven"], {}],
  [["replay", "7"], { source: "events" }],
  [["replay"], { limit: 1 }],
];

for (const [args, options] of REFUSED) {
  Deno.test(`rejected ${args.join(" ")} ${JSON.stringify(options)} is wrong usage`, () => {
    const sources = options.source === undefined ? undefined : [String(options.source)];
    assert.throws(
      () => rejectedCallOf(args, options, sources),
      (error) => isKind(error, "usage"),
    );
  });
}
