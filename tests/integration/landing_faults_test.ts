/** PostgreSQL that goes away while messages are landed: each is landed once, or the run says why not. */
import assert from "node:assert/strict";
import { openSession } from "../support/engine/engines.ts";
import { jsonl, transactionMessage } from "../support/events/messages.ts";
import { postgresServerTest, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { type CliResult, runCli } from "../support/cli/run_cli.ts";
import { isStatement, TcpProxy, type Verdict } from "../support/network/tcp_proxy.ts";
import { closeGate, GATE, SOMEBODY_WAITS, until, untilRow } from "../support/until.ts";

const COUNT = 40;
const BATCH = 10;

const decoder = new TextDecoder();

/** Messages, one of which waits at the gate; and one that comes twice. */
function input(): string {
  const messages = Array.from(
    { length: COUNT - 1 },
    (_, i) => transactionMessage({ amount: i === 25 ? GATE : 1 }),
  );
  return jsonl(...messages, messages[38]!);
}

const LANDED = {
  messages_read: COUNT,
  transactions: COUNT - 1,
  currencies: 0,
  rejected: 0,
  duplicates: 1,
};

/** A temporary folder as work dir, with the input in it. */
async function makePlace() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-faults-" }));
  const path = `${folder}/events.jsonl`;
  await Deno.writeTextFile(path, input());
  return {
    path,
    /** Starts `stream` of the file, or of the same messages on stdin. */
    async stream(url: string, source: string, ...options: string[]): Promise<CliResult> {
      const args = ["stream", "--source", source, "--batch-rows", String(BATCH), "--json"];
      const patience = options.includes("--retry-for") ? [] : ["--retry-for", "30s"];
      return await runCli([...args, ...patience, ...options], {
        env: { FINPIPE_PG_URL: url, FINPIPE_WORK_DIR: folder },
        stdin: source === "-" ? await Deno.readTextFile(path) : "",
      });
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What the database says was landed: rows in all, different messages, and the counters. */
async function landed(url: string) {
  const session = await openSession(url);
  try {
    const [rows] = await session.query(
      "SELECT count(*) AS rows, count(DISTINCT (source_id, position)) AS messages FROM stg.transactions",
    );
    const counters = await session.query(
      "SELECT messages_read, transactions, duplicates FROM finpipe.source_partitions",
    );
    return { ...rows, counters };
  } finally {
    await session.close();
  }
}

const ALL = {
  rows: String(COUNT - 1),
  messages: String(COUNT - 1),
  counters: [{ messages_read: String(COUNT), transactions: String(COUNT - 1), duplicates: "1" }],
};

function assertDone({ code, stdout, stderr }: CliResult): void {
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), LANDED);
}

/** Gives the verdict on the second COMMIT, once. */
function atSecondCommit(verdict: Verdict): (bytes: Uint8Array) => Verdict {
  let commits = 0;
  return (bytes) => isStatement(bytes, "COMMIT") && ++commits === 2 ? verdict : "pass";
}

const CUTS: [when: string, verdict: Verdict][] = [
  ["before the server has it", "cut"],
  ["before its answer is here", "cut answer"],
];

for (const [when, verdict] of CUTS) {
  for (const source of ["file", "stdin"]) {
    postgresTest(`a COMMIT cut off ${when} lands all once [${source}]`, async (t) => {
      await using database = await testDatabase(t);
      await using place = await makePlace();
      await using proxy = new TcpProxy(database.url, atSecondCommit(verdict));
      const result = await place.stream(proxy.url, source === "file" ? place.path : "-");
      assertDone(result);
      assert.match(result.stderr, /Cannot reach PostgreSQL .*trying again/);
      assert.deepEqual(await landed(database.url), ALL);
    });
  }
}

for (const source of ["file", "stdin"]) {
  postgresTest(`a COMMIT that is still under way is waited for [${source}]`, async (t) => {
    await using database = await testDatabase(t);
    await using place = await makePlace();
    const judge = atSecondCommit("cut after");
    let locks = 0;
    await using proxy = new TcpProxy(database.url, (bytes) => {
      if (decoder.decode(bytes).includes("pg_try_advisory_lock")) locks++;
      return judge(bytes);
    });
    const other = await openSession(database.url);
    try {
      // The deferred trigger holds the COMMIT of the second batch, after its client has gone.
      await other.execute(`
        SELECT pg_advisory_lock(1);
        CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER hold AFTER UPDATE ON finpipe.source_partitions
          DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW WHEN (OLD.messages_read = ${BATCH}) EXECUTE FUNCTION hold()`);
      const running = place.stream(proxy.url, source === "file" ? place.path : "-");
      await untilRow(other, SOMEBODY_WAITS);
      // The new session is there: of a file it tries its lock, of stdin it waits for its row.
      if (source === "file") await until(() => locks > 1);
      else {
        await untilRow(
          other,
          `SELECT 1 FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'finpipe stream'
             AND wait_event_type = 'Lock'
           HAVING count(*) > 1`,
        );
      }
      await other.query("SELECT pg_advisory_unlock(1)");
      assertDone(await running);
      assert.deepEqual(await landed(database.url), ALL);
    } finally {
      await other.close();
    }
  });
}

postgresTest("a backend terminated in the middle of COPY lands all once", async (t) => {
  await using database = await testDatabase(t);
  await using place = await makePlace();
  const other = await openSession(database.url);
  try {
    await closeGate(other);
    const running = place.stream(database.url, place.path);
    await untilRow(other, SOMEBODY_WAITS);
    await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'finpipe stream'`,
    );
    await other.query(`SELECT pg_advisory_unlock(${GATE})`);
    assertDone(await running);
    assert.deepEqual(await landed(database.url), ALL);
  } finally {
    await other.close();
  }
});

await postgresServerTest("a server that stops and comes back lands all once", async () => {
  await using server = await startPostgres();
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    await using place = await makePlace();
    const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: place.path + ".work" };
    assert.equal((await runCli(["init"], { env })).code, 0);
    const other = await openSession(server.url);
    try {
      await closeGate(other);
      const running = place.stream(server.url, place.path);
      await untilRow(other, SOMEBODY_WAITS);
      await server.stop(signal);
      await server.start();
      assertDone(await running);
      assert.deepEqual(await landed(server.url), ALL);
    } finally {
      await other.close();
    }
    const admin = await openSession(server.url);
    await admin.execute(
      "DROP SCHEMA stg CASCADE; DROP SCHEMA finpipe CASCADE; DROP FUNCTION wait_at_gate",
    );
    await admin.close();
  }
});

await postgresServerTest("a server that stays away is exit 69; the next run goes on", async () => {
  await using server = await startPostgres();
  await using place = await makePlace();
  const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: place.path + ".work" };
  assert.equal((await runCli(["init"], { env })).code, 0);
  const other = await openSession(server.url);
  await closeGate(other);
  const running = place.stream(server.url, place.path, "--retry-for", "300ms");
  await untilRow(other, SOMEBODY_WAITS);
  await server.stop();
  await other.close();
  const { code, stdout, stderr } = await running;
  assert.deepEqual([code, stdout], [69, ""]);
  assert.match(stderr, /trying again for 0 s/);
  assert.match(
    stderr,
    /\nfinpipe: Cannot reach PostgreSQL at 127\.0\.0\.1:\d+\/postgres: .*\n {2}\S/,
  );
  // A command that never had it says so as well.
  const away = await place.stream(server.url, place.path, "--retry-for", "100ms");
  assert.equal(away.code, 69);
  await server.start();
  const next = await place.stream(server.url, place.path);
  assert.equal(next.code, 0, next.stderr);
  assert.equal(JSON.parse(next.stdout).messages_read, COUNT - 2 * BATCH);
  assert.deepEqual(await landed(server.url), ALL);
});
