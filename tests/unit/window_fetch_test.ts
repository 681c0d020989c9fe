/** A window is rebuilt in pieces that fit in memory, whatever the size of its messages. */
import assert from "node:assert/strict";
import type { SqlRow, SqlSession } from "../../lib/postgres/session.ts";
import type { SourcePartition } from "../../lib/staging/landing.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";

const PARTITION: SourcePartition = {
  id: 1,
  kind: "file",
  source: "/a",
  partition: 0,
  nextPosition: 1,
  watermark: null,
  digest: null,
  forgottenPosition: -1,
  topicId: null,
  windowBase: 0,
};

/** Rebuilds a window of so many versions with payloads of so many characters; the fetches it took. */
async function fetches(versions: number, characters: number): Promise<number[]> {
  const row = {
    type: "0",
    object_id: "",
    sent_dttm: "",
    position: "0",
    payload: "x".repeat(characters),
  };
  const sizes: number[] = [];
  let left = versions;
  const session = {
    execute: () => Promise.resolve(),
    query(sql: string): Promise<SqlRow[]> {
      const rows = Array<SqlRow>(Math.min(left, Number(/FETCH (\d+)/.exec(sql)![1]))).fill(row);
      left -= rows.length;
      sizes.push(rows.length);
      return Promise.resolve(rows);
    },
  } as Partial<SqlSession> as SqlSession;
  const read = await Array.fromAsync(
    new PostgresStaging(session).landing.windowVersions(PARTITION),
  );
  assert.equal(read.length, versions);
  return sizes;
}

Deno.test("of small messages thousands are fetched at once", async () => {
  const sizes = await fetches(50_000, 300);
  assert.ok(sizes.length <= 22, `${sizes.length} fetches`);
});

Deno.test("of large messages no more are fetched at once than fit", async () => {
  assert.ok(Math.max(...await fetches(500, 1_000_000)) <= 16);
  assert.ok(Math.max(...(await fetches(500, 10_000_000)).slice(1)) <= 1);
});
