/** What `source` makes of its arguments, and how it lists. */
import assert from "node:assert/strict";
import { sourceCallOf } from "../../commands/source.ts";
import { sourceJson, sourceTable } from "../../lib/rendering/sources.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import type { SourceStatus } from "../../lib/staging/sources.ts";

Deno.test("source: a topic is named whole, or a partition of it", () => {
  assert.deepEqual(sourceCallOf(["list"]), { action: "list" });
  assert.deepEqual(sourceCallOf(["retire", "a.b_c-1", "events:0", "events:12"]), {
    action: "retire",
    parts: [
      { topic: "a.b_c-1", partition: undefined },
      { topic: "events", partition: 0 },
      { topic: "events", partition: 12 },
    ],
  });
  for (
    const args of [
      ["list", "events"],
      ["retire"],
      ["retire", "events:"],
      ["retire", ":1"],
      ["retire", "events:one"],
      ["retire", "events:-1"],
      ["retire", "events:1:2"],
      ["retire", ""],
    ]
  ) {
    assert.throws(() => sourceCallOf(args), (error) => isKind(error, "usage"), args.join(" "));
  }
});

const ROW: SourceStatus = {
  kind: "file",
  source: "/tmp/a\u001bb.jsonl",
  partition: 0,
  next_position: 123,
  watermark: "2022-10-01 11:55:00.25",
  messages_read: 4,
  transactions: 1,
  currencies: 1,
  rejected: 1,
  duplicates: 1,
  end_seen_at: null,
  retired: false,
};

Deno.test("source list: a line each, and JSON a line each", async () => {
  assert.equal(sourceTable([]), "Nothing has landed yet\n");
  assert.equal(await sourceJson([]), "[]\n");
  const [title, row] = sourceTable([ROW]).split("\n");
  assert.match(title!, /^kind +partition +position +messages +rejected +watermark, UTC/);
  assert.match(
    row!,
    /^file +0 +123 +4 +1 {2}2022-10-01 11:55:00 {2}- +- +\/tmp\/a\\u001bb\.jsonl$/,
  );
  assert.deepEqual(JSON.parse(await sourceJson([ROW, ROW])), [ROW, ROW]);
  assert.equal((await sourceJson([ROW, ROW])).split("\n").length, 5);
});
