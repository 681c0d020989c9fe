/** Rejected messages that are replayed land once, as the stream would have landed them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { SqlRow } from "../../lib/postgres/session.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, openSession } from "../support/engine/engines.ts";
import { SILENT } from "../support/logs.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { oddMessage } from "../support/events/odd_json.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { addRejected, landed, NONE, outcomes, replayOn } from "../support/staging/rejected.ts";

const engineTest = engineTests();

engineTest("what is accepted now lands as the stream would have landed it", async (engine) => {
  const [messages] = fc.sample(
    fc.array(oddMessage, { minLength: 300, maxLength: 300, size: "max" }),
    { numRuns: 1, seed: 20221001 },
  );
  const odd = [...new Map(messages!.map((m) => [m.columns.object_id, m])).values()];
  // A byte order mark within a value is one of its characters.
  const unique = [...odd.map(({ text }) => text), transactionMessage({ country: "\ufeffUSA" })];
  await engine.landText(jsonl(...unique));
  const expected = await landed(engine);
  await engine.session.execute("TRUNCATE stg.transactions, stg.currencies");
  const ids = [];
  for (const text of unique) ids.push(await addRejected(engine.session, text));

  const totals = await replayOn(engine, {});
  assert.equal(totals.replayed, unique.length);
  assert.equal(totals.transactions + totals.currencies, unique.length);
  const actual = await landed(engine);
  // But in no window.
  assert.ok(actual.every(({ in_window }) => in_window === "f"));
  const compared = (row: SqlRow) => ({ ...row, replayed_id: null, in_window: null });
  assert.deepEqual(actual.map(compared), expected.map(compared));
  const marks = actual.map(({ replayed_id }) => Number(replayed_id));
  assert.deepEqual(marks.sort((one, other) => one - other), ids);
});

engineTest(
  "a replay moves no counter, position or watermark, and the row stays",
  async (engine) => {
    const path = await engine.write("events.jsonl", jsonl(transactionMessage(), "no json"));
    await engine.land(path);
    const partitions = "SELECT * FROM finpipe.source_partitions ORDER BY id";
    const before = await engine.query(partitions);
    const message = transactionMessage({}, { sent_dttm: "2022-10-05T00:00:00" });
    await addRejected(engine.session, message);
    const kept = "SELECT id, reason, field, raw, length, sha256, source, partition, position, " +
      "rejected_at FROM stg.rejected ORDER BY id";
    const rows = await engine.query(kept);

    assert.deepEqual(await replayOn(engine, {}), {
      ...NONE,
      replayed: 2,
      transactions: 1,
      rejected: 1,
    });
    assert.deepEqual(await engine.query(partitions), before);
    assert.deepEqual(await engine.query(kept), rows);
    assert.deepEqual(await outcomes(engine), ["not_json", "transactions"]);
    const [stamp] = await engine.query(
      "SELECT bool_and(abs(extract(epoch FROM replayed_at - (now() AT TIME ZONE 'UTC'))) < 3600) AS utc " +
        "FROM stg.rejected",
    );
    assert.equal(stamp!.utc, "t");
  },
);

engineTest(
  "a version that stands in staging is a duplicate, by value and by characters",
  async (engine) => {
    const id = "ABCDEF00-0000-4000-8000-000000000001";
    const at = (sent_dttm: string, object_id = id) => ({ object_id, sent_dttm });
    const message = transactionMessage({}, at("2022-10-01T12:00:00"));
    await engine.landText(jsonl(message));
    const { session } = engine;
    await addRejected(session, message.replace('"object_type"', '  "object_type"'));
    const equal = transactionMessage({}, at("2022-10-01 12:00:00.000", id.toLowerCase()));
    await addRejected(
      session,
      equal.replaceAll(`"operation_id":"${id.toLowerCase()}`, `"operation_id":"${id}`),
    );
    await addRejected(session, message.replace('"amount":100', '"amount": 100'));
    await addRejected(session, message.replace("12:00:00", "12:00:01"));
    assert.deepEqual(await replayOn(engine, {}), {
      ...NONE,
      replayed: 4,
      transactions: 2,
      duplicates: 2,
    });
    assert.deepEqual(await outcomes(engine), [
      "duplicate",
      "duplicate",
      "transactions",
      "transactions",
    ]);
  },
);

engineTest(
  "two messages with one version land once, and so does one replayed twice",
  async (engine) => {
    const message = rateMessage();
    const first = await addRejected(engine.session, message);
    const second = await addRejected(engine.session, message);
    assert.deepEqual(await replayOn(engine, {}), {
      ...NONE,
      replayed: 2,
      currencies: 1,
      duplicates: 1,
    });
    assert.deepEqual(await outcomes(engine), ["currencies", "duplicate"]);
    // By filters what stands is left alone; by its id it is judged again.
    assert.deepEqual(await replayOn(engine, {}), { ...NONE, left_alone: 2 });
    assert.deepEqual(await outcomes(engine), ["currencies", "duplicate"]);
    assert.deepEqual(await replayOn(engine, { ids: [second, first] }), {
      ...NONE,
      replayed: 2,
      duplicates: 2,
    });
    assert.deepEqual(await outcomes(engine), ["duplicate", "duplicate"]);
    assert.equal((await landed(engine)).length, 1);
  },
);

engineTest(
  "what breaks a check once more keeps its reason and says the new one",
  async (engine) => {
    const { session } = engine;
    await addRejected(session, transactionMessage({ country: null }));
    await addRejected(session, new Uint8Array([0xff]));
    await addRejected(session, null, { reason: "empty" });
    assert.deepEqual(await replayOn(engine, {}), { ...NONE, replayed: 3, rejected: 3 });
    assert.deepEqual(await outcomes(engine), ["missing_field:country", "not_utf8", "empty"]);
    assert.deepEqual((await engine.query("SELECT reason FROM stg.rejected ORDER BY id"))[0], {
      reason: "bad_value",
    });
  },
);

engineTest("what was cut is refused, and its row is left as it was", async (engine) => {
  const { session } = engine;
  const id = await addRejected(session, transactionMessage(), { reason: "too_large" });
  await session.query("UPDATE stg.rejected SET length = length + 1 WHERE id = $1", [id]);
  const other = await addRejected(session, transactionMessage());
  assert.deepEqual(await replayOn(engine, { ids: [id, other] }), {
    ...NONE,
    replayed: 1,
    transactions: 1,
    refused: 1,
  });
  assert.match(
    await engine.logged(),
    /warn: Cannot replay messages that were too large.* messages=1/,
  );
  const [row] = await engine.query("SELECT * FROM stg.rejected ORDER BY id");
  assert.deepEqual([row!.replayed_at, row!.replay_outcome], [null, null]);
  // The repository refuses by itself, also where it is asked for one.
  assert.equal((await engine.staging.rejected.replay([id], () => assert.fail())).size, 0);
});

engineTest("what could not be stored is tried again, beside what can be", async (engine) => {
  const { session } = engine;
  const refused = ["ODD", "NORWAY", "ODD"].map((country) => transactionMessage({ country }));
  await session.execute(
    "ALTER TABLE stg.transactions ADD CONSTRAINT refused CHECK (country <> 'ODD')",
  );
  try {
    await engine.landText(jsonl(...refused));
    await addRejected(session, transactionMessage());
    await addRejected(session, rateMessage());
    assert.deepEqual(await replayOn(engine, {}), {
      ...NONE,
      replayed: 4,
      transactions: 1,
      currencies: 1,
      rejected: 2,
    });
  } finally {
    await session.execute("ALTER TABLE stg.transactions DROP CONSTRAINT refused");
  }
  const before = ["not_storable", "not_storable", "transactions", "currencies"];
  assert.deepEqual(await outcomes(engine), before);
  assert.deepEqual(await replayOn(engine, { reason: "not_storable" }), {
    ...NONE,
    replayed: 2,
    transactions: 2,
  });
  assert.equal((await landed(engine)).length, 5);
});

engineTest("a replayed row belongs to no window", async (engine) => {
  const first = transactionMessage();
  const late = transactionMessage();
  const path = await engine.write("events.jsonl", jsonl(first));
  await engine.land(path);
  await addRejected(engine.session, late, { source: path });
  await replayOn(engine, {});
  await engine.write("events.jsonl", jsonl(first, first, late));
  const { transactions, duplicates } = await engine.land(path);
  assert.deepEqual({ transactions, duplicates }, { transactions: 1, duplicates: 1 });
});

engineTest("a dump takes a replayed row as the one landed last", async (engine) => {
  const object_id = crypto.randomUUID();
  const versions = ["A", "B"].map((country) => transactionMessage({ country }, { object_id }));
  await addRejected(engine.session, versions[1]!);
  await engine.landText(jsonl(versions[0]!));
  await replayOn(engine, {});
  const [manifest] = await engine.dump("2022-10-01");
  assert.deepEqual([manifest!.rows, manifest!.staged_rows], [1, 2]);
  assert.match(await engine.partitionFile("transactions", "2022-10-01"), /,B,done,/);
});

engineTest("an id that there is not fails, before any is replayed", async (engine) => {
  const id = await addRejected(engine.session, transactionMessage());
  await assert.rejects(replayOn(engine, { ids: [id, 77, 78] }), (error) => {
    assert.ok(isKind(error, "failed"));
    assert.match(error.message, /77, 78/);
    return true;
  });
  assert.deepEqual(await outcomes(engine), [null]);
});

postgresTest("two replays at once land each version once", async (t) => {
  await using closing = new AsyncDisposableStack();
  const database = closing.use(await testDatabase(t));
  const open = async () => {
    const session = await openSession(database.url);
    closing.defer(() => session.close());
    return { session, log: SILENT };
  };
  const one = await open();
  const other = await open();
  // Fifty versions, each of them in two messages of either half.
  const message = transactionMessage();
  const halves: [number[], number[]] = [[], []];
  for (let i = 0; i < 200; i++) {
    const version = message.replace("12:00:00", `12:${10 + i % 50}:00`);
    halves[i < 100 ? 0 : 1].push(await addRejected(one.session, version));
  }
  const landedOnce = async () => {
    const [row] = await one.session.query("SELECT count(*) AS rows FROM stg.transactions");
    assert.equal(row!.rows, "50");
  };
  await Promise.all([replayOn(one, {}), replayOn(other, {})]);
  await landedOnce();
  await one.session.execute("TRUNCATE stg.transactions");
  await Promise.all([replayOn(one, { ids: halves[0] }), replayOn(other, { ids: halves[1] })]);
  await landedOnce();
}, EMBEDDED_TIMERS);
