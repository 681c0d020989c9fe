/** Positions of a topic of many partitions: what is said of all of them is one statement. */
import assert from "node:assert/strict";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { PostgresTopics } from "../../lib/staging/postgres/topics.ts";
import { engineTests, NOW } from "../support/engine/engines.ts";

const engineTest = engineTests();
const PARTITIONS = 1000;
/** Times as staging holds them, and in milliseconds. */
const SEEN = "2022-10-06 09:00:00";
const DELAY = 60_000;

/** Counts the statements that go through it. */
function counting(session: SqlSession) {
  const counted = {
    statements: 0,
    session: {
      query(...args: Parameters<SqlSession["query"]>) {
        counted.statements++;
        return session.query(...args);
      },
      execute: (script: string) => session.execute(script),
      transaction: (...args: Parameters<SqlSession["transaction"]>) => session.transaction(...args),
    } as SqlSession,
  };
  return counted;
}

engineTest(
  "a thousand partitions are added, identified and seen to their ends by a statement each",
  async (engine) => {
    const counted = counting(engine.session);
    const topics = new PostgresTopics(counted.session);
    const positions = Array.from(
      { length: PARTITIONS },
      (_, partition) => [partition, 10] as const,
    );
    await topics.add("many", new Map(positions), undefined);
    await topics.add("other", new Map([[0, 10]]), "of the other");
    assert.equal(counted.statements, 2);

    // Somebody was first with some of them: theirs stand.
    await topics.add("many", new Map([[1, 77], [PARTITIONS, 10]]), undefined);
    const added = await topics.list("many");
    assert.deepEqual(
      added.map(({ partition, nextPosition }) => [partition, nextPosition]),
      [...positions, [PARTITIONS, 10]],
    );
    assert.deepEqual(
      new Set(added.map(({ topicId }) => topicId)),
      new Set([null]),
    );

    counted.statements = 0;
    await topics.identify(added.slice(0, 2).map(({ id }) => id), "first");
    // What has an id keeps it.
    await topics.identify(added.slice(1).map(({ id }) => id), "second");
    assert.equal(counted.statements, 2);
    const ids = (await topics.list("many")).map(({ topicId }) => topicId);
    assert.deepEqual(ids, ["first", "first", ...Array(PARTITIONS - 1).fill("second")]);

    // One has an end beyond its position, one is in another topic, and of one no end is known.
    const ends = new Map(positions.map(([partition]) => [partition, partition === 7 ? 11 : 10]));
    ends.delete(8);
    counted.statements = 0;
    await topics.markEnds("many", ends, NOW, DELAY, "second");
    assert.equal(counted.statements, 1);
    const seen = await engine.session.query(
      `SELECT source, partition FROM finpipe.source_partitions
     WHERE end_seen_at = '${SEEN}' AND watermark_delay = ${DELAY} ORDER BY source, partition`,
    );
    const left = [0, 1, 7, 8];
    assert.deepEqual(
      seen.map(({ source, partition }) => [source, Number(partition)]),
      positions.filter(([partition]) => !left.includes(partition))
        .map(([partition]) => ["many", partition]),
    );
  },
);
