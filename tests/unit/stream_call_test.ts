/** What `stream` was asked for. */
import assert from "node:assert/strict";
import { streamCallOf } from "../../commands/stream_call.ts";

const LIMITS = { rows: 10_000, bytes: 8_388_608, linger: 1000, maxMessageBytes: 10_000_000 };

Deno.test("a file and stdin have the defaults of the contract", () => {
  assert.deepEqual(streamCallOf({ source: "a.jsonl" }, false), {
    source: { kind: "file", path: "a.jsonl" },
    limits: LIMITS,
    watermark: 300_000,
    maxRejectedShare: undefined,
  });
  assert.deepEqual(streamCallOf({ source: "-" }, true).source, { kind: "stdin" });
});

Deno.test("Kafka is read where it is named, or configured and nothing else is", () => {
  const source = {
    kind: "kafka",
    from: undefined,
    untilEnd: false,
    grace: 20_000,
    metricsPort: undefined,
  };
  assert.deepEqual(streamCallOf({}, true).source, source);
  assert.deepEqual(streamCallOf({ source: "kafka" }, false).source, source);
  assert.throws(() => streamCallOf({}, false), {
    kind: "usage",
    hint: /--source FILE, --source - for stdin \(gzip too\), or --source kafka/,
  });
});

Deno.test("every option is taken", () => {
  const options = {
    source: "kafka",
    from: "0:5",
    untilEnd: true,
    grace: "3s",
    metricsPort: 0,
    linger: "250ms",
    watermark: "1h",
    batchRows: 7,
    maxMessageBytes: 99,
    maxRejectedShare: 0.5,
  };
  assert.deepEqual(streamCallOf(options, true), {
    source: {
      kind: "kafka",
      from: { kind: "offsets", offsets: new Map([[0, 5]]) },
      untilEnd: true,
      grace: 3000,
      metricsPort: 0,
    },
    limits: { rows: 7, bytes: 8_388_608, linger: 250, maxMessageBytes: 99 },
    watermark: 3_600_000,
    maxRejectedShare: 0.5,
  });
});

Deno.test("what is for Kafka alone is refused with another source, and what cannot be read", () => {
  for (
    const [name, option, value] of [
      ["topic", "--topic", "t"],
      ["group", "--group", "g"],
      ["from", "--from", "latest"],
      ["grace", "--grace", "5s"],
      ["metricsPort", "--metrics-port", 0],
    ] as const
  ) {
    for (const source of ["-", "a.jsonl"]) {
      assert.throws(() => streamCallOf({ source, [name]: value }, true), {
        kind: "usage",
        message: `Cannot take ${option} with --source ${source}`,
      });
    }
  }
  // A file and stdin always end.
  assert.equal(streamCallOf({ source: "-", untilEnd: true }, true).source.kind, "stdin");
  for (
    const wrong of [
      { linger: "soon" },
      { linger: "25d" },
      { watermark: "5" },
      { grace: "-1s" },
      { grace: "25d" },
      { from: "then" },
    ]
  ) {
    assert.throws(() => streamCallOf({ source: "kafka", ...wrong }, true), { kind: "usage" });
  }
});
