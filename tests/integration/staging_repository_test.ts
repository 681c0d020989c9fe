/** The positions, the fence and the locks of staging. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Moment } from "../../lib/events/values.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { LandedBatch } from "../../lib/staging/batch.ts";
import { PositionMoved, type SourcePartition } from "../../lib/staging/landing.ts";
import { makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, openSession } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { until, untilRow } from "../support/until.ts";
import { cliOn, LINE, streamOn } from "../support/staging/cli.ts";

const engineTest = engineTests();

engineTest("a batch from a position that has moved lands nothing", async (engine) => {
  const { staging } = engine;
  const partition = await staging.landing.addPartition("file", "/a");
  const batch = () => {
    const batch = batchOf(partition, 0, 10, "digest");
    batch.addRejected({ reason: "empty", field: null, raw: new Uint8Array(), position: 0 }, 0);
    return batch;
  };
  await staging.landing.land(batch());
  await assert.rejects(
    staging.landing.land(batch()),
    (error) => error instanceof PositionMoved && isKind(error, "locked"),
  );
  const [counts] = await engine.query(
    `SELECT (SELECT count(*) FROM stg.rejected) AS rows, messages_read, next_position, digest
     FROM finpipe.source_partitions`,
  );
  assert.deepEqual(counts, {
    rows: "1",
    messages_read: "1",
    next_position: "10",
    digest: "digest",
  });
  assert.equal(await staging.landing.nextPosition(partition), 10);
});

engineTest("partitions of a source are numbered, and found again", async (engine) => {
  const { staging } = engine;
  assert.equal(await staging.landing.latestPartition("/a"), undefined);
  const first = await staging.landing.addPartition("file", "/a");
  const second = await staging.landing.addPartition("file", "/a");
  await staging.landing.addPartition("file", "/b");
  assert.deepEqual([first.partition, second.partition], [0, 1]);
  const batch = batchOf(second, 0, 7, "digest");
  batch.watermark = { seconds: 63_800_000_000, micros: 250_000 };
  batch.forgotten = 3;
  batch.forgottenPosition = 5;
  await staging.landing.land(batch);
  assert.deepEqual(await staging.landing.latestPartition("/a"), {
    ...second,
    nextPosition: 7,
    digest: "digest",
    watermark: { seconds: 63_800_000_000, micros: 250_000 },
    forgottenPosition: 5,
  });
});

postgresTest("partitions that are added at once get a number each", async (t) => {
  await using database = await testDatabase(t);
  const sessions = await Promise.all(Array.from({ length: 8 }, () => openSession(database.url)));
  try {
    const added = await Promise.all(sessions.map(async (session) => {
      const staging = new PostgresStaging(session);
      const numbers = [];
      while (numbers.length < 10) {
        numbers.push((await staging.landing.addPartition("stdin", "stdin")).partition);
      }
      return numbers;
    }));
    assert.deepEqual(added.flat().sort((a, b) => a - b), Array.from({ length: 80 }, (_, i) => i));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
});

engineTest(
  "a window's versions are those at or above the watermark, behind the forgotten",
  async (engine) => {
    const at = (minute: number) => ({ sent_dttm: `2022-10-01T12:0${minute}:00` });
    const lines = [2, 1, 3, 2].flatMap((minute) => [
      transactionMessage({}, at(minute)),
      rateMessage({}, at(minute)),
    ]);
    await engine.landText(jsonl(...lines));
    await engine.landText(jsonl(...lines));
    const partition = (await engine.staging.landing.latestPartition("stdin"))!;
    const positionOf = (line: number) => jsonl(...lines.slice(0, line)).length;
    const window = async (watermark: Moment | null, forgottenPosition: number) => {
      const given = { ...partition, watermark, forgottenPosition };
      const versions = await Array.fromAsync(engine.staging.landing.windowVersions(given));
      return versions.map(({ position, payload, type, objectId, sentDttm }) => {
        const line = lines.findIndex((_, i) => positionOf(i) === position);
        const message = JSON.parse(lines[line]!);
        assert.equal(payload, JSON.stringify(message.payload));
        assert.equal(objectId, message.object_id);
        assert.equal(sentDttm, message.sent_dttm.replace("T", " "));
        assert.equal(type, message.object_type === "TRANSACTION" ? 0 : 1);
        return line;
      });
    };
    const twoPastNoon = { ...partition.watermark!, seconds: partition.watermark!.seconds + 240 };
    assert.deepEqual(await window(twoPastNoon, -1), [0, 1, 4, 5, 6, 7]);
    assert.deepEqual(await window(twoPastNoon, positionOf(4)), [5, 6, 7]);
    assert.deepEqual(await window(null, -1), [0, 1, 2, 3, 4, 5, 6, 7]);
  },
);

engineTest(
  "a window goes on in order where a topic's offsets begin anew, twice",
  async ({ session, staging }) => {
    await staging.topics.add("events", new Map([[0, 0], [1, 0]]), "first");
    /** Lands a transaction and then a currency at these positions, as the landing does. */
    const land = (id: number, ...positions: number[]) =>
      session.execute(
        positions.map((position) => `
        INSERT INTO stg.transactions (
          object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
          account_number_to, currency_code, country, status, transaction_type, amount,
          transaction_dt, source_id, position, in_window
        ) SELECT gen_random_uuid(), 'TRANSACTION', '2022-10-01', '{}', gen_random_uuid(), 1, 1, 1, '',
          '', '', 1, '2022-10-01', ${id}, ${position}, true;
        INSERT INTO stg.currencies (
          object_id, object_type, sent_dttm, payload, date_update, currency_code,
          currency_code_with, currency_with_div, source_id, position, in_window
        ) SELECT gen_random_uuid(), 'CURRENCY', '2022-10-01', '{}', '2022-10-01', 1, 1, 1, ${id},
          ${position} + 1, true;
        UPDATE finpipe.source_partitions SET next_position = ${position} + 2 WHERE id = ${id};
      `).join(""),
      );
    const partition = async () => (await staging.topics.list("events"))[0]!;
    const window = async (forgottenPosition = -1) => {
      const given = { ...await partition(), forgottenPosition };
      const versions = await Array.fromAsync(staging.landing.windowVersions(given));
      return versions.map(({ position }) => position);
    };
    const { id } = await partition();
    await land(id, 0, 2);
    // A range that was deleted leaves offsets as they are.
    const deleted = { cause: "deleted", from: 4, to: 6 };
    await staging.topics.goOn(await partition(), deleted, 6, "first");
    await land(id, 6);
    assert.deepEqual(await window(), [0, 1, 2, 3, 6, 7]);
    const recreated = { cause: "recreated", from: 8, to: 8 };
    await staging.topics.goOn(await partition(), recreated, 0, "second");
    await land(id, 0, 2);
    assert.deepEqual(await window(), [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]);
    const truncated = { cause: "truncated", from: 2, to: 4 };
    await staging.topics.goOn(await partition(), truncated, 2, "second");
    await land(id, 2);
    assert.deepEqual(await window(8), [9, 10, 11, 14, 15]);
    const { topicId, windowBase, nextPosition } = await partition();
    assert.deepEqual([topicId, windowBase, nextPosition], ["second", 12, 4]);
  },
);

engineTest("who read of another topic at the same position lands nothing", async ({ staging }) => {
  await staging.topics.add("events", new Map([[0, 5]]), "first");
  const [before] = await staging.topics.list("events");
  const recreated = { cause: "recreated", from: 5, to: 5 };
  await staging.topics.goOn(before!, recreated, 5, "second");
  await assert.rejects(staging.landing.land(batchOf(before!, 5, 9, null)), PositionMoved);
  await assert.rejects(staging.topics.goOn(before!, recreated, 5, "second"), PositionMoved);
  const [after] = await staging.topics.list("events");
  await staging.landing.land(batchOf(after!, 5, 9, null));
  await assert.rejects(staging.landing.land(batchOf(after!, 5, 9, null)), {
    expected: 5,
    stored: 9,
    wentBack: false,
  });
});

engineTest(
  "where brokers have no ids, the topic before is told by its window",
  async ({ staging }) => {
    await staging.topics.add("events", new Map([[0, 5]]), undefined);
    const [before] = await staging.topics.list("events");
    const recreated = { cause: "recreated", from: 5, to: 5 };
    await staging.topics.goOn(before!, recreated, 5, undefined);
    await assert.rejects(staging.landing.land(batchOf(before!, 5, 9, null)), PositionMoved);
    await assert.rejects(staging.topics.goOn(before!, recreated, 5, undefined), PositionMoved);
    const [after] = await staging.topics.list("events");
    await staging.landing.land(batchOf(after!, 5, 9, null));
  },
);

postgresTest("who holds a lock is found, also at the end of a queue", async (t) => {
  await using database = await testDatabase(t);
  await using opened = new AsyncDisposableStack();
  const open = async (applicationName: string) => {
    const session = await openSession(database.url, { applicationName });
    opened.defer(() => session.close());
    return session;
  };
  const [left, altering, landing, asking] = await Promise.all(
    ["somebody's psql", "a migration", "finpipe stream", "finpipe asks"].map(open),
  );
  const staging = new PostgresStaging(landing!);
  const { locks } = new PostgresStaging(asking!);
  const partition = await staging.landing.addPartition("file", "/a");
  const found = async () => {
    const holders = await locks.holders([staging.locks.process!]);
    return holders.map(({ process, description, waitsForClient }) => {
      const [, name, state] = description.match(/ \((.*?), .*\), (.*), since /)!;
      return [process, name, state, waitsForClient] as const;
    });
  };
  const waits = (count: number) =>
    untilRow(
      asking!,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       HAVING count(*) = ${count}`,
    );
  /** The server says a moment late that a session waits for its client. */
  const untilFound = (...expected: unknown[]) =>
    until(async () => isDeepStrictEqual(await found(), expected));
  /** One that is cut off at the test's end is told there alone. */
  const begun = <T>(work: Promise<T>) => {
    work.catch(() => {});
    return work;
  };
  await untilFound();
  const holder = [left!.process, "somebody's psql", "idle in transaction", true] as const;
  const batch = (start: number) => {
    const batch = batchOf(partition, start, start + 1, null);
    batch.addRejected({ reason: "empty", field: null, raw: null, position: start }, 0);
    return batch;
  };
  // The row of its position, and then a table behind somebody who waits for it.
  await left!.execute("BEGIN; SELECT FROM finpipe.source_partitions FOR UPDATE");
  const first = begun(staging.landing.land(batch(0)));
  await waits(1);
  await untilFound(holder);
  await left!.execute("ROLLBACK; BEGIN; SELECT FROM stg.rejected LIMIT 1");
  await first;
  const altered = begun(altering!.execute("ALTER TABLE stg.rejected ADD COLUMN note text"));
  await waits(1);
  const second = begun(staging.landing.land(batch(1)));
  await waits(2);
  await untilFound([altering!.process, "a migration", "active", false], holder);
  // Who has done something since is not ended.
  const [, stale] = await locks.holders([staging.locks.process!]);
  await left!.execute("SELECT 1");
  assert.equal(await locks.end(stale!), false);
  const [, still] = await locks.holders([staging.locks.process!]);
  assert.equal(await locks.end(still!), true);
  await Promise.all([altered, second]);
});

postgresTest("of two that race without a lock, one lands", async (t) => {
  await using database = await testDatabase(t);
  const sessions = await Promise.all([1, 2, 3].map(() => openSession(database.url)));
  try {
    const partition = await new PostgresStaging(sessions[0]!).landing.addPartition("file", "/a");
    const results = await Promise.allSettled(sessions.map((session) => {
      const batch = batchOf(partition, 0, 10, null);
      batch.addRejected({ reason: "empty", field: null, raw: null, position: 0 }, 0);
      return new PostgresStaging(session).landing.land(batch);
    }));
    assert.deepEqual(
      results.map((r) => r.status === "fulfilled" ? "landed" : r.reason.constructor.name).sort(),
      ["PositionMoved", "PositionMoved", "landed"],
    );
    assert.equal((await sessions[0]!.query("SELECT FROM stg.rejected")).length, 1);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}, EMBEDDED_TIMERS);

postgresTest(
  "a second stream of the same file is exit 75; of another file it is not",
  async (t) => {
    await using database = await testDatabase(t);
    const folder = await Deno.realPath(await Deno.makeTempDir());
    const session = await openSession(database.url);
    try {
      for (const name of ["a", "b"]) await Deno.writeTextFile(`${folder}/${name}.jsonl`, LINE);
      await new PostgresStaging(session).landing.lockSource(`${folder}/a.jsonl`);
      const { code, stderr } = await cliOn(database.url, [
        "stream",
        "--source",
        `${folder}/a.jsonl`,
      ]);
      assert.equal(code, 75);
      assert.match(
        stderr,
        /^finpipe: Another finpipe process is landing .*a\.jsonl: process \d+ of PostgreSQL \(finpipe test, /m,
      );
      assert.match(
        stderr,
        /^ {2}\S.*if it is stuck, end it with SELECT pg_terminate_backend\(\d+\)$/m,
      );
      assert.equal(
        (await cliOn(database.url, ["stream", "--source", `${folder}/b.jsonl`])).code,
        0,
      );
      assert.equal((await streamOn(database.url)).code, 0);
    } finally {
      await session.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
  EMBEDDED_TIMERS,
);

function batchOf(
  partition: SourcePartition,
  start: number,
  next: number,
  digest: string | null,
): LandedBatch {
  return new LandedBatch(partition, start, next, digest, makeCopyRows(partition));
}
