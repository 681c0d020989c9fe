/** The ledger of backfills: what it keeps, and what is left of it when processes and sessions die. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import type { LedgerRepository } from "../../lib/staging/ledger.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, openSession, type TestEngine } from "../support/engine/engines.ts";
import {
  attemptAt,
  connectTo,
  connectUrl,
  lastAttempts,
  ledgerOn,
} from "../support/ledger/ledgers.ts";
import { recordingLog } from "../support/logs.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { PGBOUNCER_MISSING, startPgbouncer } from "../support/postgres/pgbouncer.ts";
import { skippable, type TestBody } from "../support/skip.ts";
import { untilRow } from "../support/until.ts";

const engineTest = engineTests();

engineTest("attempts are kept with all that is known of them", async (engine) => {
  await using ledger = await ledgerOn(connectTo(engine));
  const first = await ledger.begin(attemptAt({ stood: "mark" }));
  const outcome = { rows: 42, bytes: 1000, exitCode: 69, message: "No route to \0 host" };
  await ledger.end(first, { state: "failed", ...outcome });
  const second = await ledger.begin(attemptAt({ number: 2 }));
  const load = await ledger.begin(attemptAt({ step: "load" }));
  await ledger.end(second, { state: "done", rows: 3 });
  const other = await ledger.begin(attemptAt({ day: "2022-10-02" }));

  const [dump, ...others] = await lastAttempts(engine.staging);
  assert.equal(dump!.id, second);
  assert.equal(dump!.state, "done");
  assert.deepEqual([dump!.rows, dump!.bytes, dump!.number], [3, null, 2]);
  assert.deepEqual([dump!.host, dump!.pid, dump!.version], ["batch-1", 4711, "0.1.0"]);
  assert.equal(`${dump!.startedAt} ${dump!.endedAt}`, "2022-10-06T09:00:00 2022-10-06T09:00:00");
  assert.deepEqual(
    others.map((
      { id, step, partition, runDate, state },
    ) => [id, step, `${partition} ${runDate}`, state]),
    [[load, "load", "2022-10-01 2022-10-02", "running"], [
      other,
      "dump",
      "2022-10-02 2022-10-03",
      "running",
    ]],
  );
  const rows = await engine.query(
    "SELECT state, rows, bytes, exit_code, message, stood FROM finpipe.attempts WHERE number = 1 AND " +
      "step = 'dump' AND partition = '2022-10-01'",
  );
  assert.deepEqual(rows, [{
    state: "failed",
    rows: "42",
    bytes: "1000",
    exit_code: "69",
    message: "No route to \ufffd host",
    stood: "mark",
  }]);

  await ledger.close(130);
  const states = (await lastAttempts(engine.staging)).map(({ state }) => state);
  assert.deepEqual(states, ["done", "interrupted", "interrupted"]);
  assert.deepEqual(
    await engine.query("SELECT id, from_date, to_date, ended_at, exit_code FROM finpipe.backfills"),
    [{
      id: String(ledger.id),
      from_date: "2022-10-02",
      to_date: "2022-10-31",
      ended_at: "2022-10-06 09:00:00",
      exit_code: "130",
    }],
  );
});

engineTest(
  "an attempt that was not ended is running while its backfill has the lock",
  async (engine) => {
    {
      await using ledger = await ledgerOn(connectTo(engine));
      await ledger.begin(attemptAt());
      assert.deepEqual(await statesOf(engine), ["running"]);
    }
    assert.deepEqual(await statesOf(engine), ["interrupted"]);
    const written = "SELECT state FROM finpipe.attempts";
    assert.deepEqual(await engine.query(written), [{ state: "running" }]);
    await using _next = await ledgerOn(connectTo(engine), { pid: 4712 });
    assert.deepEqual(await engine.query(written), [{ state: "interrupted" }]);
  },
);

engineTest("calls at once are written one after the other", async (engine) => {
  await using ledger = await ledgerOn(connectTo(engine));
  const days = Array.from(
    { length: 20 },
    (_, day) => `2022-10-${String(day + 1).padStart(2, "0")}`,
  );
  const ids = await Promise.all(days.map((day) => ledger.begin(attemptAt({ day }))));
  assert.equal(new Set(ids).size, 20);
  await Promise.all(ids.map((id) => ledger.end(id, { state: "done" })));
  assert.deepEqual(await statesOf(engine), days.map(() => "done"));
});

async function statesOf(engine: TestEngine): Promise<string[]> {
  return (await lastAttempts(engine.staging)).map(({ state }) => state);
}

engineTest("a second backfill is told who runs", async (engine) => {
  await using _first = await ledgerOn(connectTo(engine));
  await assert.rejects(ledgerOn(connectTo(engine), { pid: 4712 }), (error: FinpipeError) => {
    assert.equal(error.exitCode, 75);
    assert.equal(
      error.message,
      "Another backfill is running: process 4711 on batch-1, since 2022-10-06 09:00:00 UTC",
    );
    assert.match(error.hint!, /--wait.*pg_terminate_backend\(\d+\)$/);
    return true;
  });
}, ["postgres"]);

engineTest("--wait begins when the other backfill has ended", async (engine) => {
  const first = await ledgerOn(connectTo(engine));
  const { log, lines } = recordingLog();
  let looked = 0;
  await using second = await ledgerOn(connectTo(engine), {
    pid: 4712,
    wait: true,
    log,
    sleep: async () => {
      if (++looked === 3) await first[Symbol.asyncDispose]();
    },
  });
  assert.equal(looked, 3);
  assert.equal(second.id, first.id + 1);
  await log.flush();
  assert.deepEqual(lines, [
    "Waiting for another backfill to end: process 4711 on batch-1, since 2022-10-06 09:00:00 UTC\n",
  ]);
}, ["postgres"]);

engineTest("--wait ends with the signal", async (engine) => {
  await using _first = await ledgerOn(connectTo(engine));
  const stop = new AbortController();
  const { log } = recordingLog();
  const waiting = ledgerOn(connectTo(engine), {
    pid: 4712,
    wait: true,
    signal: stop.signal,
    // What it says before it waits.
    log: { ...log, info: () => queueMicrotask(() => stop.abort(new Error("stopped"))) },
  });
  await assert.rejects(waiting, { message: "stopped" });
}, ["postgres"]);

const TERMINATE = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

engineTest(
  "a session that breaks is replaced, and the backfill is the same one",
  async (engine) => {
    await using ledger = await ledgerOn(connectTo(engine));
    const first = await ledger.begin(attemptAt());
    await engine.query(TERMINATE);
    await ledger.end(first, { state: "done", rows: 1 });
    await engine.query(TERMINATE);
    await ledger.begin(attemptAt({ step: "load" }));
    assert.deepEqual(await statesOf(engine), ["done", "running"]);
    await assert.rejects(ledgerOn(connectTo(engine), { pid: 4712 }), { kind: "locked" });
    await engine.query(TERMINATE);
    await ledger.close(0);
    assert.deepEqual(
      await engine.query("SELECT exit_code FROM finpipe.backfills"),
      [{ exit_code: "0" }],
    );
  },
  ["postgres"],
);

engineTest(
  "another backfill that began while the session was broken is told of at once",
  async (engine) => {
    await using ledger = await ledgerOn(connectTo(engine));
    const attempt = await ledger.begin(attemptAt());
    await engine.query(TERMINATE);
    await untilRow(engine.session, NOBODY_HAS_IT);
    await using _other = await ledgerOn(connectTo(engine), { pid: 4712, host: "batch-2" });
    await assert.rejects(ledger.end(attempt, { state: "done" }), (error: FinpipeError) => {
      assert.equal(error.exitCode, 75);
      assert.match(
        error.message,
        /broke, and another backfill has begun since: process 4712 on batch-2/,
      );
      return true;
    });
    assert.deepEqual(await statesOf(engine), ["interrupted"]);
  },
  ["postgres"],
);

/** A row when no advisory lock of the database is held. */
const NOBODY_HAS_IT = `
  SELECT 1 WHERE NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  )`;

/** Sessions whose answer to a call is lost once, while the server knows nothing of it. */
function losing(connect: () => Promise<StagingRepository>, call: keyof LedgerRepository) {
  let isLost = false;
  const left: StagingRepository[] = [];
  const losingConnect = async (): Promise<StagingRepository> => {
    const staging = await connect();
    left.push(staging);
    const ledger = new Proxy(staging.ledger, {
      get(target, name: keyof LedgerRepository) {
        const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (name !== call || isLost) return method;
        return async (...args: unknown[]) => {
          await method(...args);
          isLost = true;
          throw new FinpipeError("unreachable", "The answer was lost");
        };
      },
    });
    const { locks } = staging;
    const dispose = () => Promise.resolve();
    return { ...staging, ledger, locks, [Symbol.asyncDispose]: dispose } as StagingRepository;
  };
  const close = async () => {
    for (const staging of left) await staging[Symbol.asyncDispose]();
  };
  return { connect: losingConnect, close };
}

for (const call of ["begin", "beginAttempt", "endAttempt", "end"] as const) {
  engineTest(`where the answer to ${call} is lost, nothing is written twice`, async (engine) => {
    const sessions = losing(connectTo(engine), call);
    await using _close = { [Symbol.asyncDispose]: sessions.close };
    await using ledger = await ledgerOn(sessions.connect);
    const attempt = await ledger.begin(attemptAt());
    await ledger.end(attempt, { state: "done", rows: 5 });
    await ledger.close(0);
    assert.deepEqual(
      await engine.query("SELECT id, state, rows FROM finpipe.attempts"),
      [{ id: String(attempt), state: "done", rows: "5" }],
    );
    assert.deepEqual(
      await engine.query("SELECT id, exit_code FROM finpipe.backfills"),
      [{ id: String(ledger.id), exit_code: "0" }],
    );
  });
}

const HOLDER = fileURLToPath(new URL("../support/ledger/holder.ts", import.meta.url));

/** A backfill in a process of its own, in the middle of an attempt. */
async function spawnHolder(place: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", HOLDER, place],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  for await (const bytes of child.stdout) {
    if (new TextDecoder().decode(bytes).includes("begun")) break;
  }
  return child;
}

/** On a server, beside the embedded engine that the file has open. */
function serverTest(name: string, test: TestBody): void {
  postgresTest(name, test, EMBEDDED_TIMERS);
}

serverTest("kill -9 leaves an interrupted attempt, and no lock", async (t) => {
  await using database = await testDatabase(t);
  const child = await spawnHolder(database.url);
  await using watcher = await connectUrl(database.url);
  const states = async () => (await lastAttempts(watcher)).map(({ state }) => state);
  assert.deepEqual(await states(), ["running"]);
  child.kill("SIGKILL");
  await child.status;
  const session = await openSession(database.url);
  try {
    await untilRow(session, NOBODY_HAS_IT);
  } finally {
    await session.close();
  }
  assert.deepEqual(await states(), ["interrupted"]);
  await using next = await ledgerOn(() => connectUrl(database.url), { pid: 4712 });
  assert.equal(next.id, 2);
});

Deno.test(
  "kill -9 on the embedded engine leaves an interrupted attempt",
  EMBEDDED_TIMERS,
  async () => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-ledger-" });
    try {
      const made = await openEmbeddedSession(workDir);
      await new PostgresStaging(made).schema.migrate();
      await made.close();
      const child = await spawnHolder(workDir);
      child.kill("SIGKILL");
      await child.status;
      const session = await openEmbeddedSession(workDir);
      try {
        const staging = new PostgresStaging(session);
        assert.deepEqual((await lastAttempts(staging)).map(({ state }) => state), ["interrupted"]);
        await using next = await ledgerOn(() => Promise.resolve(staging), { pid: 4712 });
        assert.ok(next.id > 1, "a crash may skip numbers of a sequence");
      } finally {
        await session.close();
      }
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  },
);

/** Why the ledger cannot be kept, as SQL that makes it so, and what is said of it. */
const READ_ONLY: Record<string, [change: (role: string) => string, said: RegExp]> = {
  "is read only": [
    (role) => `ALTER ROLE ${role} SET default_transaction_read_only = on`,
    /^Cannot keep the ledger of backfills: staging is read only/,
  ],
  "may only be read": [
    (role) => `REVOKE INSERT, UPDATE ON finpipe.backfills FROM ${role}`,
    /^Cannot keep the ledger of backfills: finpipe's role may not write it/,
  ],
};

for (const [what, [change, said]] of Object.entries(READ_ONLY)) {
  serverTest(`staging that ${what} has no ledger, which is said`, async (t) => {
    await using database = await testDatabase(t);
    const session = await openSession(database.url);
    const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
    try {
      await session.execute(
        `CREATE ROLE ${role} LOGIN PASSWORD 'pw';
         GRANT USAGE ON SCHEMA stg, finpipe TO ${role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};
         ${change(role)}`,
      );
      const url = new URL(database.url);
      url.username = role;
      url.password = "pw";
      await assert.rejects(ledgerOn(() => connectUrl(url.href)), (error: FinpipeError) => {
        assert.equal(error.exitCode, 3);
        assert.match(error.message, said);
        return true;
      });
    } finally {
      await session.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await session.close();
    }
  });
}

/** Behind PgBouncer, where it is installed. */
function poolerTest(name: string, test: TestBody): void {
  Deno.test({ ...skippable(name, PGBOUNCER_MISSING, test, { inCi: true }), ...EMBEDDED_TIMERS });
}

poolerTest("behind PgBouncer by transaction a backfill says what it needs", async (t) => {
  await using database = await testDatabase(t);
  await using pooler = await startPgbouncer(database.url, "transaction");
  await assert.rejects(ledgerOn(() => connectUrl(pooler.url)), (error: FinpipeError) => {
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /needs a session of PostgreSQL of its own/);
    assert.match(error.hint!, /pool_mode = session/);
    return true;
  });
  await using direct = await ledgerOn(() => connectUrl(database.url));
  assert.equal(direct.id, 1, "no lock is left in the pool, and no row of what never began");
});

poolerTest("behind PgBouncer by session a backfill runs", async (t) => {
  await using database = await testDatabase(t);
  await using pooler = await startPgbouncer(database.url, "session");
  const attempt = attemptAt();
  {
    await using ledger = await ledgerOn(() => connectUrl(pooler.url));
    await ledger.end(await ledger.begin(attempt), { state: "done" });
  }
  // The pooler keeps the server's session.
  await using _next = await ledgerOn(() => connectUrl(database.url), { pid: 4712 });
});

engineTest("an attempt that a crash of the server lost is written at its end", async (engine) => {
  await using ledger = await ledgerOn(connectTo(engine));
  const first = await ledger.begin(attemptAt({ stood: "mark" }));
  const second = await ledger.begin(attemptAt({ step: "load" }));
  await engine.query("DELETE FROM finpipe.attempts");
  await ledger.end(first, { state: "failed", exitCode: 69 });
  await ledger.end(second, { state: "done", rows: 3 });
  assert.deepEqual(
    await engine.query("SELECT ordinal, step, state, rows, stood FROM finpipe.attempts ORDER BY 1"),
    [
      { ordinal: "1", step: "dump", state: "failed", rows: null, stood: "mark" },
      { ordinal: "2", step: "load", state: "done", rows: "3", stood: null },
    ],
  );
});

engineTest("attempts wait for no server's disk, and the end of a backfill does", async (engine) => {
  const { staging: { ledger }, session } = engine;
  const setting = "SELECT current_setting('synchronous_commit') AS waits";
  const at = Temporal.PlainDateTime.from("2022-10-06 09:00:00");
  const waits = async (work: () => Promise<unknown>) => {
    await session.execute("BEGIN");
    await work();
    const [row] = await engine.query(setting);
    await session.execute("ROLLBACK");
    return row!.waits;
  };
  await session.execute("SET synchronous_commit = 'local'");
  assert.ok(await ledger.lock());
  const owner = { command: "", range: undefined, host: "batch-1", pid: 1, version: "0.1.0" };
  const { id } = await ledger.begin({ ...owner, startedAt: at });
  const attempt = await ledger.beginAttempt(id, 1, attemptAt(), at);
  const expected = engine.name === "embedded" ? "on" : "off";
  assert.equal(await waits(() => ledger.beginAttempt(id, 2, attemptAt(), at)), expected);
  assert.equal(await waits(() => ledger.endAttempt(id, attempt!, { state: "done" }, at)), expected);
  assert.equal(await waits(() => ledger.end(id, 0, at)), "local");
  assert.deepEqual(await engine.query(setting), [{ waits: "local" }], "only for the statement");
  await ledger.unlock(id);
  await session.execute("RESET synchronous_commit");
});
