/** How a holder of a lock is told of, by what PostgreSQL lets our role see of it. */
import assert from "node:assert/strict";
import type { SqlRow, SqlSession } from "../../lib/postgres/session.ts";
import { PostgresLocks } from "../../lib/staging/postgres/locks.ts";

const ROW: SqlRow = {
  pid: "7",
  application_name: "finpipe stream",
  role: "ada",
  client_addr: "10.0.0.5",
  client_port: "5123",
  state: "idle in transaction",
  backend_start: "2022-10-01 10:00:00",
  xact_start: "2022-10-01 11:00:00",
  state_change: "2022-10-01 11:00:01",
  unchanged_for: "1500",
  waits_for_client: "t",
  bytes_processed: null,
};

/** What is told of a row. */
async function holderOf(row: Partial<SqlRow>) {
  const session = { query: () => Promise.resolve([{ ...ROW, ...row }]) };
  const [holder] = await new PostgresLocks(session as unknown as SqlSession).holders(["1"]);
  return holder!;
}

Deno.test("a holder is named by all that is known of it", async () => {
  const { process, description, idleFor } = await holderOf({});
  assert.deepEqual([process, description, idleFor], [
    "7",
    "process 7 of PostgreSQL (finpipe stream, role ada, from 10.0.0.5:5123), " +
    "idle in transaction, since 2022-10-01 11:00:00",
    1500,
  ]);
  const unknown = { application_name: null, role: null, client_addr: null, state: null };
  const hidden = await holderOf({ ...unknown, xact_start: null, backend_start: null });
  assert.equal(hidden.description, "process 7 of PostgreSQL");
  assert.equal(
    (await holderOf({ pid: "0" })).name,
    "a prepared transaction of PostgreSQL (see pg_prepared_xacts)",
  );
});

Deno.test("a finpipe is known by its name, and not by one that begins alike", async () => {
  for (
    const [name, isFinpipe] of [
      ["finpipe", true],
      ["finpipe stream", true],
      ["finpiper", false],
      ["psql", false],
      ["", false],
    ] as const
  ) assert.equal((await holderOf({ application_name: name })).isFinpipe, isFinpipe, name);
});

Deno.test("in the middle of a COPY the mark alone tells that a holder moves", async () => {
  const copying = await holderOf({ state: "active", bytes_processed: "10" });
  assert.equal(copying.idleFor, undefined);
  assert.notEqual(copying.mark, (await holderOf({ state: "active", bytes_processed: "11" })).mark);
});
