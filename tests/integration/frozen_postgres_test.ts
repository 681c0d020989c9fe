/** A PostgreSQL that gives no answer: one that works is waited for, one that stands still is not. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { openSession } from "../support/engine/engines.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { isStatement, TcpProxy, type Verdict } from "../support/network/tcp_proxy.ts";

/** Milliseconds: a server that works is asked about many times in a test. */
const SHORT = { patience: 100, connectTimeout: 500 };

const PASS = (): Verdict => "pass";

/** Loses the connection that sends the statement, with the statement. */
function losing(statement: string): (bytes: Uint8Array) => Verdict {
  return (bytes) => isStatement(bytes, statement) ? "lose" : "pass";
}

postgresTest("a server that stands still is unreachable, and closing does not wait", async (t) => {
  await using database = await testDatabase(t);
  await using proxy = new TcpProxy(database.url, PASS);
  const frozen = await openSession(proxy.url, SHORT);
  proxy.freeze();
  await assert.rejects(frozen.query("SELECT 1"), (error) => {
    assert.ok(isKind(error, "unreachable"), String(error));
    assert.match(
      error.message,
      /^Cannot reach PostgreSQL at .*: no answer for a while, and none to/,
    );
    return true;
  });
  await assert.rejects(frozen.query("SELECT 1"), (error) => isKind(error, "unreachable"));
  await frozen.close();
  await assert.rejects(openSession(proxy.url, SHORT), (error) => isKind(error, "unreachable"));
  proxy.thaw();
  const idle = await openSession(proxy.url, SHORT);
  proxy.freeze();
  await idle.close();
});

postgresTest("a connection that is lost is unreachable, and its locks are freed", async (t) => {
  await using database = await testDatabase(t);
  const other = await openSession(database.url);
  try {
    await other.execute("CREATE TABLE locked AS SELECT 1 AS n");
    const statements = ["COMMIT", "SELECT 2", "COPY locked FROM STDIN"];
    for (const statement of statements) {
      await using proxy = new TcpProxy(database.url, losing(statement));
      const lost = await openSession(proxy.url, SHORT);
      await lost.execute("BEGIN");
      await lost.execute("UPDATE locked SET n = n + 1");
      const work = statement.startsWith("COPY")
        ? lost.copyIn(statement, [new TextEncoder().encode("7\n")])
        : lost.execute(statement);
      await assert.rejects(work, (error) => {
        assert.ok(isKind(error, "unreachable"), String(error));
        assert.match(error.message, /: the connection was lost without notice$/);
        return true;
      });
      await lost.close();
      // It would wait for as long as the server takes the other one for alive.
      await other.execute("UPDATE locked SET n = 1");
    }
    assert.deepEqual(await other.query("SELECT n FROM locked"), [{ n: "1" }]);
  } finally {
    await other.close();
  }
});

postgresTest("a COPY whose data gets lost is unreachable", async (t) => {
  await using database = await testDatabase(t);
  let seen = 0;
  // Of a statement nothing is as large: it is in the middle of the data.
  const judge = (bytes: Uint8Array): Verdict =>
    (seen += bytes.length) > 1_000_000 ? "lose" : "pass";
  await using proxy = new TcpProxy(database.url, judge);
  const lost = await openSession(proxy.url, SHORT);
  await lost.execute("CREATE TABLE landed (line text)");
  const copying = lost.copyIn("COPY landed FROM STDIN", LARGE);
  await assert.rejects(copying, (error) => isKind(error, "unreachable"));
  await lost.close();
});

/** More than sockets and proxies hold. */
const LARGE = Array.from(
  { length: 40 },
  () => new TextEncoder().encode(`${"x".repeat(999)}\n`.repeat(1000)),
);

/** Milliseconds: several times longer than the patience. */
const LONG = 6 * SHORT.patience;

postgresTest("what takes its time is waited for: a statement, a lock, a COPY", async (t) => {
  await using database = await testDatabase(t);
  const other = await openSession(database.url);
  const slow = await openSession(database.url, SHORT);
  try {
    await slow.query("SELECT pg_sleep($1)", [String(LONG / 1000)]);
    await slow.execute("CREATE TABLE landed (line text)");
    // Back pressure: the server takes nothing while the lock is held.
    await other.execute("BEGIN; LOCK TABLE landed");
    const copying = slow.copyIn("COPY landed FROM STDIN", LARGE);
    await new Promise((resolve) => setTimeout(resolve, LONG));
    await other.execute("COMMIT");
    await copying;
    // One right after the other.
    for (let round = 0; round < 2; round++) {
      let bytes = 0;
      await slow.copyOut(
        "COPY (SELECT line, pg_sleep(0.3) FROM landed LIMIT 2) TO STDOUT",
        (piece) => bytes += piece.length,
      );
      assert.equal(bytes, 2 * 1001);
    }
    assert.deepEqual(await slow.query("SELECT count(*) AS n FROM landed"), [{ n: "40000" }]);
  } finally {
    await slow.close();
    await other.close();
  }
});

postgresTest("a server that takes no more connections is alive", async (t) => {
  await using database = await testDatabase(t);
  const admin = new URL(database.url);
  admin.pathname = "/postgres";
  const other = await openSession(admin.href);
  const slow = await openSession(database.url, SHORT);
  try {
    await other.execute(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS false`);
    await slow.query("SELECT pg_sleep($1)", [String(LONG / 1000)]);
    await other.execute(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS true`);
  } finally {
    await slow.close();
    await other.close();
  }
});
