/** What a Vertica server makes of values: empty and too long strings, NULL, and the rows that it refuses. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { csv, writePartition, writePartitionText } from "../support/partitions/reference.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { DAY, serverTest } from "../support/vertica/conditions.ts";
import { transaction } from "../support/partitions/rows.ts";
import { STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

serverTest("empty strings stand whatever the parser makes of them", async (place) => {
  for (const quotedEmpty of ["null", "empty"] as const) {
    place.engine.switches.quotedEmpty = quotedEmpty;
    const rows = [transaction(DAY, { country: "", status: "", transaction_type: "" })];
    const folder = await Deno.makeTempDir();
    const file = await writePartition(folder, "transactions", DAY, rows);
    await place.warehouse.replaceDay(file, STRICT_LIMITS);
    const found = await place.query(
      "SELECT country, status, transaction_type FROM staging.transactions",
    );
    assert.deepEqual(found, [{ country: "", status: "", transaction_type: "" }], quotedEmpty);

    // An absent one does not, and is told by the file alone; of one that COPY rejects it says so.
    const absent = csv([
      transaction(DAY, { status: "ABSENT" }),
      transaction(DAY, { status: "ABSENT", amount: "x" }),
    ]).replaceAll("ABSENT", "");
    const figures = { rows: 3, control_total: "0" };
    const text = csv(rows) + absent;
    const refused = await writePartitionText(folder, "transactions", DAY, text, figures);
    const limits = { ...STRICT_LIMITS, maxRejected: 2 };
    const record = await place.warehouse.replaceDay(refused, limits);
    assert.deepEqual([record.rows, record.refused], [1n, 2n], quotedEmpty);
    const reasons = await place.query(
      "SELECT line, reason FROM staging.load_refused ORDER BY line",
    );
    assert.deepEqual(reasons[0], {
      line: "2",
      reason: "status: no value (an empty string must be quoted)",
    });
    assert.match(reasons[1]!.reason!, /Parse error in column 10$/);
    await Deno.remove(folder, { recursive: true });
  }
});

serverTest(
  "refused rows whose numbers the server does not know are kept without",
  async (place) => {
    place.engine.switches.numbersRejected = false;
    const folder = await Deno.makeTempDir();
    const rows = [transaction(DAY), transaction(DAY, { amount: "x" })];
    const figures = { rows: 2, control_total: "100" };
    const file = await writePartitionText(folder, "transactions", DAY, csv(rows), figures);
    const refusal = await place.warehouse.replaceDay(file, STRICT_LIMITS).catch((error) => error);
    assert.match(
      refusal.message,
      /Refused 1 row .* \(0 allowed\): Parse error in column 10 \(amount\)/,
    );
    await place.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 1 });
    await Deno.remove(folder, { recursive: true });
    const kept = await place.query("SELECT line FROM staging.load_refused");
    assert.deepEqual(kept, [{ line: null }]);
  },
);

serverTest("a COPY that a NULL fails as a whole is told of by its column", async (place) => {
  place.engine.switches.nullInCopy = "fail";
  await place.load(1);
  const folder = await Deno.makeTempDir();
  const rows = [transaction(DAY), transaction(DAY, { amount: "" })];
  const figures = { rows: 2, control_total: "100" };
  const text = csv(rows).replace(/,"",(?=[^,]*$)/m, ",,");
  const file = await writePartitionText(folder, "transactions", DAY, text, figures);
  const limits = { ...STRICT_LIMITS, maxRejected: 1 };
  const failure = await place.warehouse.replaceDay(file, limits).catch((error) => error);
  await Deno.remove(folder, { recursive: true });
  assert.ok(isKind(failure, "data"), String(failure));
  assert.match(failure.message, /refused a NULL for column amount: SQLSTATE 22004$/);
  assert.equal(await place.standing(), "1");
});

serverTest(
  "where ENFORCELENGTH does not go with the parser, a load is said without",
  async (place) => {
    place.engine.switches.enforcesLengthByParser = false;
    const statements = () =>
      place.server.faults.sessions.flatMap(({ messages }) => messages)
        .map(({ statement }) => statement).filter((statement) => statement.startsWith("COPY"));
    await place.load(1);
    assert.equal(await place.standing(), "1");
    assert.deepEqual(statements().map((sql) => sql.includes("ENFORCELENGTH")), [true, false]);
    assert.equal(statements()[1], statements()[0]!.replace("ENFORCELENGTH", ""));

    // Where that is not what keeps it from being taken, it is told as it was at first.
    const error = new VerticaError("42601", 4856, "Syntax error");
    place.server.faults.arm({ kind: "error", statement: /^COPY(?![^]*ENFORCELENGTH)/, error });
    const failure = await place.load(2).catch((error: unknown) => error);
    assert.match(String(failure), /ENFORCELENGTH does not go with this parser/);
    assert.equal(await place.standing(), "1");
  },
);

serverTest("a string that is too long is refused, also where the server cuts it", async (place) => {
  const { switches } = place.engine;
  const folder = await Deno.makeTempDir();
  const text = csv([
    transaction(DAY, { country: "é".repeat(500), status: "s".repeat(1000) }),
    transaction(DAY, { status: "s".repeat(1001) }),
    transaction(DAY, { transaction_type: `"${"t".repeat(999)}\n` }),
    transaction(DAY, { country: `x${"é".repeat(500)}` }),
    transaction(DAY, { country: "", transaction_type: '"'.repeat(1000) }),
  ]);
  const figures = { rows: 5, control_total: "0" };
  const file = await writePartitionText(folder, "transactions", DAY, text, figures);
  for (const [parserCuts, enforcesLengthByParser] of [[false, true], [true, true], [true, false]]) {
    const way = `${parserCuts} ${enforcesLengthByParser}`;
    Object.assign(switches, { parserCuts, enforcesLengthByParser });
    for (const streams of [1, 2]) {
      const limits = { ...STRICT_LIMITS, streams };
      await assert.rejects(place.warehouse.replaceDay(file, limits), /Refused 3 rows/, way);
      const record = await place.warehouse.replaceDay(file, { ...limits, maxRejected: 3 });
      assert.deepEqual([record.rows, record.refused], [2n, 3n], way);
      const refused = await place.query(
        "SELECT line, reason, raw FROM staging.load_refused WHERE load_id IN " +
          "(SELECT load_id FROM staging.loads) ORDER BY line",
      );
      assert.deepEqual(refused.map(({ line }) => line), ["2", "3", "4"], way);
      const reasons = ["status", "transaction_type", "country"]
        .map((column) => `${column}: longer than 1,000 bytes`);
      if (parserCuts) assert.deepEqual(refused.map(({ reason }) => reason), reasons, way);
      assert.equal(refused[0]!.raw!.includes("s".repeat(1001)), true);
      const lengths = await place.query(
        "SELECT OCTET_LENGTH(country) AS c, OCTET_LENGTH(status) AS s, " +
          "OCTET_LENGTH(transaction_type) AS t FROM staging.transactions ORDER BY object_id",
      );
      assert.deepEqual(lengths.map(({ c }) => c), ["1000", "0"], way);
      assert.deepEqual([lengths[0]!.s, lengths[1]!.t], ["1000", "1000"], way);
    }
  }
  // An id that is longer than one is not cut to one.
  const longId = text.split("\n", 1)[0]!.replace(/^([^,]*),/, "$1ff,");
  const ids = await writePartitionText(folder, "transactions", DAY, `${longId}\n`, {
    rows: 1,
    control_total: "0",
  });
  await assert.rejects(place.warehouse.replaceDay(ids, { ...STRICT_LIMITS, allowShrink: true }));
  await Deno.remove(folder, { recursive: true });
});

serverTest(
  "of a row that is too long, as much is kept as a literal has room for",
  async (place) => {
    place.engine.switches.parserCuts = true;
    const folder = await Deno.makeTempDir();
    const long = transaction(DAY, { country: "é".repeat(100_000) });
    const file = await writePartitionText(folder, "transactions", DAY, csv([long]), {
      rows: 1,
      control_total: "0",
    });
    const record = await place.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 1 });
    assert.deepEqual([record.rows, record.refused], [0n, 1n]);
    const [kept] = await place.query(
      "SELECT reason, OCTET_LENGTH(raw) AS bytes, raw FROM staging.load_refused",
    );
    assert.equal(kept!.reason, "country: longer than 1,000 bytes");
    // Two bytes a letter: one more would not fit.
    assert.ok(["64999", "65000"].includes(kept!.bytes!), kept!.bytes!);
    assert.ok(csv([long]).startsWith(kept!.raw!));
    await Deno.remove(folder, { recursive: true });
  },
);

serverTest("where the file is not looked through to its end, it is said", async (place) => {
  const folder = await Deno.makeTempDir();
  const rows = Array.from({ length: 150 }, () => transaction(DAY, { status: "ABSENT" }));
  const text = csv(rows).replaceAll("ABSENT", "");
  const figures = { rows: 150, control_total: "0" };
  const file = await writePartitionText(folder, "transactions", DAY, text, figures);
  const strict = place.warehouse.replaceDay(file, STRICT_LIMITS);
  await assert.rejects(strict, /Refused at least 101 rows .* \(0 allowed\): line 1: status/);
  const wide = { ...STRICT_LIMITS, maxRejected: 149 };
  await assert.rejects(
    place.warehouse.replaceDay(file, wide),
    /Refused 150 rows .* \(149 allowed\)/,
  );
  await Deno.remove(folder, { recursive: true });
});
