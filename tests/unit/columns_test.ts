/** Tables that fit a terminal. */
import assert from "node:assert/strict";
import { type Column, fitted, rowLine, titleLine } from "../../lib/rendering/columns.ts";
import { rejectedTable } from "../../lib/rendering/rejected.ts";
import { sourceTable } from "../../lib/rendering/sources.ts";
import type { RejectedRow } from "../../lib/staging/rejected.ts";
import type { SourceStatus } from "../../lib/staging/sources.ts";

type Row = Record<"id" | "reason" | "note" | "source", string>;

const COLUMNS: readonly Column<Row>[] = [
  { title: "id", text: ({ id }) => id, width: 8, right: true },
  { title: "reason", text: ({ reason }) => reason, width: 24, spare: 1 },
  { title: "note", text: ({ note }) => note, width: 10, spare: 2 },
  { title: "source", text: ({ source }) => source, width: 0 },
];
const ROW = { id: "7", reason: "bad_value", note: "-", source: "/data/2022/events.jsonl" };

function lines(width?: number): string[] {
  const columns = fitted(COLUMNS, [ROW], width);
  return [titleLine(columns), rowLine(columns, ROW)].map((line) => line.replace(/\n$/, ""));
}

Deno.test("a terminal's columns are as wide as needed, and those that can be spared go first", () => {
  assert.deepEqual(lines(60), [
    "id  reason     note  source",
    " 7  bad_value  -     /data/2022/events.jsonl",
  ]);
  assert.deepEqual(lines(40)[1], " 7  bad_value  -     ...022/events.jsonl");
  assert.deepEqual(lines(30), ["id  reason     source", " 7  bad_value  ...events.jsonl"]);
  assert.deepEqual(lines(20), ["id  source", " 7  .../events.jsonl"]);
});

Deno.test("without a terminal all columns have their widths", () => {
  assert.deepEqual(
    lines()[1],
    "       7  bad_value                 -           /data/2022/events.jsonl",
  );
});

const REJECTED = {
  id: 12345,
  rejected_at: "2022-10-01 00:00:00",
  reason: "bad_value",
  field: "payload.transaction_dt",
  length: 1234,
  replay_outcome: null,
  partition: 12,
  position: 123456789,
  source: "/data/2022/10/01/events-of-the-first-of-october.jsonl",
} as unknown as RejectedRow;

const SOURCE = {
  kind: "kafka",
  source: "transaction-service-input",
  partition: 3,
  next_position: 123456789,
  messages_read: 123456789,
  rejected: 12,
  watermark: "2022-10-01 00:00:00",
  end_seen_at: "2022-10-01 00:00:00",
  retired: false,
} as unknown as SourceStatus;

Deno.test("no line of rejected list or source list is broken at 80 columns, nor at 60", async () => {
  for (const width of [80, 60]) {
    const rejected = await Array.fromAsync(rejectedTable(ReadableStream.from([REJECTED]), width));
    const text = rejected.join("") + sourceTable([SOURCE], width);
    const long = text.split("\n").filter((line) => line.length > width);
    assert.deepEqual(long, []);
  }
});
