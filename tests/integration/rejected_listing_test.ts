/** Rejected messages are listed and shown as they are, and named by filters. */
import assert from "node:assert/strict";
import { firstOf, rejectedRows } from "../../lib/rejected/listing.ts";
import type { RejectedFilter } from "../../lib/staging/rejected.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { engineTests, type TestEngine } from "../support/engine/engines.ts";
import { transactionMessage } from "../support/events/messages.ts";
import { addRejected, landed, NONE, outcomes, replayOn } from "../support/staging/rejected.ts";
import { rejectedBytes } from "../../lib/rejected/bytes.ts";

const engineTest = engineTests();

async function listed(engine: TestEngine, filter: RejectedFilter): Promise<number[]> {
  const { rejected } = engine.staging;
  return await Array.fromAsync(rejectedRows(rejected, filter), ({ id }) => id);
}

async function shown(engine: TestEngine, id: number): Promise<Uint8Array> {
  const { rejected } = engine.staging;
  const pieces = await Array.fromAsync(rejectedBytes(rejected, id));
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

engineTest("filters say what is listed and replayed", async (engine) => {
  const { session } = engine;
  const add = (fields: Parameters<typeof addRejected>[2]) =>
    addRejected(session, transactionMessage(), fields);
  const other = await add({ reason: "not_json" });
  const topic = await add({ source: "other", partition: 2 });
  const early = await add({ rejectedAt: "2022-10-01 00:00:00" });
  const late = await add({ rejectedAt: "2022-10-01 23:59:59.999999" });
  await add({ rejectedAt: "2022-10-02 00:00:00" });
  const day = Temporal.PlainDate.from("2022-10-01");
  assert.deepEqual(await listed(engine, { reason: "not_json" }), [other]);
  assert.deepEqual(await listed(engine, { sources: ["absent", "other"] }), [topic]);
  assert.deepEqual(await listed(engine, { partition: 2 }), [topic]);
  assert.deepEqual(await listed(engine, { day }), [late, early]);
  assert.deepEqual(await listed(engine, { day, reason: "not_json" }), []);
  for (
    const filter of [{ reason: "not_json" as const }, { sources: ["absent", "other"] }, { day }]
  ) {
    await replayOn(engine, filter);
  }
  assert.deepEqual(await outcomes(engine), [...Array(4).fill("transactions"), null]);
});

engineTest(
  "more than a page is listed and replayed; one that breaks off is run again",
  async (engine) => {
    const count = 2100;
    await engine.session.query(
      `INSERT INTO stg.rejected (reason, raw, length, sha256, source, partition, position)
     SELECT 'bad_value',
       convert_to(replace($1, '@@@@', to_char(n, 'FM0000')), 'UTF8'), 1, '', 'events', 0, n
     FROM generate_series(1, $2::integer) AS n`,
      [transactionMessage({}, { object_id: "00000000-0000-4000-8000-00000000@@@@" }), count],
    );
    const ids = await listed(engine, {});
    assert.deepEqual(ids, Array.from({ length: count }, (_, i) => count - i));
    const stop = new AbortController();
    const signal = stop.signal;
    await assert.rejects(replayOn(engine, {}, { signal, onProgress: () => stop.abort() }));
    const done = (await landed(engine)).length;
    assert.ok(done > 0 && done < count);
    const totals = await replayOn(engine, {});
    assert.deepEqual(totals, {
      ...NONE,
      replayed: count - done,
      transactions: count - done,
      left_alone: done,
    });
    assert.equal((await landed(engine)).length, count);
  },
);

engineTest("the bytes of a message are shown as they are, of any size", async (engine) => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const id = await addRejected(engine.session, all);
  assert.deepEqual(await shown(engine, id), all);
  assert.deepEqual(await shown(engine, await addRejected(engine.session, "")), new Uint8Array());
  const none = await addRejected(engine.session, null);
  assert.deepEqual(await shown(engine, none), new Uint8Array());
  assert.equal((await engine.staging.rejected.find(none))!.bytes, null);
  assert.equal(await engine.staging.rejected.find(77), undefined);

  // More than is read at once.
  const large = transactionMessage({ note: "é".repeat(3 << 20) });
  const [before] = await engine.query("SELECT count(*) AS rows FROM stg.transactions");
  const largeId = await addRejected(engine.session, large);
  assert.ok(new TextDecoder().decode(await shown(engine, largeId)) === large);
  await replayOn(engine, { ids: [largeId] });
  const [row] = await engine.query("SELECT payload FROM stg.transactions");
  assert.equal(before!.rows, "0");
  assert.ok(large.endsWith(`"payload":${row!.payload}}`));
});

embeddedTest("the first rows are given out, and it is said that there are more", async () => {
  async function* numbers() {
    for (let i = 1; i <= 3; i++) yield await Promise.resolve(i);
  }
  const first = async (limit: number) => {
    let more = 0;
    return [await Array.fromAsync(firstOf(numbers(), limit, () => more++)), more];
  };
  assert.deepEqual(await first(2), [[1, 2], 1]);
  assert.deepEqual(await first(3), [[1, 2, 3], 0]);
  assert.deepEqual(await first(Infinity), [[1, 2, 3], 0]);
});
