import assert from "node:assert/strict";
import { Counter, exposition, Histogram } from "../../lib/runtime/exposition.ts";

Deno.test("exposition() writes counters, with a label or without, from 0", () => {
  const plain = new Counter("plain_total", "Plain");
  const labelled = new Counter("by_reason_total", "By reason", "reason", ["a", 'b"\\\n']);
  labelled.add(2, "a");
  assert.equal(
    exposition([plain, labelled]),
    [
      "# HELP plain_total Plain",
      "# TYPE plain_total counter",
      "plain_total 0",
      "# HELP by_reason_total By reason",
      "# TYPE by_reason_total counter",
      'by_reason_total{reason="a"} 2',
      'by_reason_total{reason="b\\"\\\\\\n"} 0',
      "",
    ].join("\n"),
  );
});

Deno.test("exposition() writes a histogram's buckets as sums, up to all", () => {
  const histogram = new Histogram("seconds", "Time", [0.1, 1]);
  for (const value of [0.1, 0.5, 7]) histogram.observe(value);
  assert.deepEqual(exposition([histogram]).split("\n").slice(2, -1), [
    'seconds_bucket{le="0.1"} 1',
    'seconds_bucket{le="1"} 2',
    'seconds_bucket{le="+Inf"} 3',
    "seconds_sum 7.6",
    "seconds_count 3",
  ]);
});

Deno.test("exposition() asks gauges when it is written", () => {
  let value = 1;
  const gauge = {
    name: "lag",
    help: "Lag",
    type: "gauge" as const,
    samples: () => [{ labels: { topic: "t", partition: 0 }, value }, { value: Infinity }],
  };
  value = 3;
  assert.match(exposition([gauge]), /lag\{topic="t",partition="0"\} 3\nlag \+Inf\n$/);
});
