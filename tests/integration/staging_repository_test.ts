/** The fence and the locks of staging, and its schema, on a real PostgreSQL. */
import assert from "node:assert/strict";
import type { Moment } from "../../lib/events/values.ts";
import { LandedBatch } from "../../lib/staging/landed_batch.ts";
import { PositionMoved } from "../../lib/staging/repository.ts";
import { SqlStaging } from "../../lib/staging/sql_staging.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded/warehouse.ts";
import { engineTests, openSession } from "../support/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/messages.ts";
import {
  emptyDatabase,
  postgresTest,
  type TestDatabase,
  testDatabase,
} from "../support/postgres.ts";
import { addRejected } from "../support/rejected.ts";
import { type CliResult, runCli } from "../support/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/embedded_timers.ts";

const engineTest = engineTests();
const LINE = jsonl(transactionMessage());

/** Runs finpipe on a database with a work dir of its own. */
async function cli(url: string, args: string[], stdin = ""): Promise<CliResult> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-staging-" });
  try {
    const env = { FINPIPE_PG_URL: url, FINPIPE_WORK_DIR: workDir };
    return await runCli([...args, "--retry-for", "5s"], { env, stdin });
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

function stream(url: string): Promise<CliResult> {
  return cli(url, ["stream", "--source", "-"], LINE);
}

async function execute(database: TestDatabase, script: string): Promise<void> {
  const session = await openSession(database.url);
  try {
    await session.execute(script);
  } finally {
    await session.close();
  }
}

engineTest("a batch from a position that has moved lands nothing", async (engine) => {
  const { staging } = engine;
  const partition = await staging.addPartition("file", "/a");
  const batch = () => {
    const batch = new LandedBatch(partition, 0, 10, "digest");
    batch.addRejected({ reason: "empty", field: null, raw: new Uint8Array(), position: 0 }, 0);
    return batch;
  };
  await staging.land(batch());
  await assert.rejects(
    staging.land(batch()),
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
  assert.equal(await staging.nextPosition(partition), 10);
});

postgresTest("partitions that are added at once get a number each", async (t) => {
  await using database = await testDatabase(t);
  const sessions = await Promise.all(Array.from({ length: 8 }, () => openSession(database.url)));
  try {
    const added = await Promise.all(sessions.map(async (session) => {
      const staging = new SqlStaging(session);
      const numbers = [];
      while (numbers.length < 10) {
        numbers.push((await staging.addPartition("stdin", "stdin")).partition);
      }
      return numbers;
    }));
    assert.deepEqual(added.flat().sort((a, b) => a - b), Array.from({ length: 80 }, (_, i) => i));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
});

postgresTest("settings of the database change nothing", async (t) => {
  await using database = await testDatabase(t);
  await execute(
    database,
    `ALTER DATABASE ${database.name} SET bytea_output = 'escape';
     ALTER DATABASE ${database.name} SET datestyle = 'German';
     ALTER DATABASE ${database.name} SET timezone = 'Asia/Tokyo';
     ALTER DATABASE ${database.name} SET default_transaction_isolation = 'serializable'`,
  );
  const session = await openSession(database.url);
  try {
    const { rejected } = new SqlStaging(session);
    const id = await addRejected(session, "\\ \u00e9");
    assert.deepEqual(await rejected.bytesOf(id, 0), new TextEncoder().encode("\\ \u00e9"));
    const [row] = await session.query(
      `SELECT now()::date AS date, current_setting('timezone') AS zone,
         current_setting('transaction_isolation') AS isolation`,
    );
    assert.match(row!.date!, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual([row!.zone, row!.isolation], ["UTC", "read committed"]);
  } finally {
    await session.close();
  }
});

postgresTest("a database that cannot hold every text is exit 3", async (t) => {
  await using server = await emptyDatabase(t);
  const latin = `${server.name}_latin`.slice(-60);
  await execute(server, `CREATE DATABASE ${latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
  try {
    const url = new URL(server.url);
    url.pathname = `/${latin}`;
    for (const args of [["init"], ["doctor"], ["stream", "--source", "-"]]) {
      const { code, stdout, stderr } = await cli(url.href, args, LINE);
      assert.equal(code, 3);
      assert.match(stdout + stderr, /keeps texts in LATIN1.*\n.* ENCODING 'UTF8'/);
    }
  } finally {
    await execute(server, `DROP DATABASE ${latin}`);
  }
});

engineTest("partitions of a source are numbered, and found again", async (engine) => {
  const { staging } = engine;
  assert.equal(await staging.latestPartition("/a"), undefined);
  const first = await staging.addPartition("file", "/a");
  const second = await staging.addPartition("file", "/a");
  await staging.addPartition("file", "/b");
  assert.deepEqual([first.partition, second.partition], [0, 1]);
  const batch = new LandedBatch(second, 0, 7, "digest");
  batch.watermark = { seconds: 63_800_000_000, micros: 250_000 };
  batch.forgotten = 3;
  batch.forgottenPosition = 5;
  await staging.land(batch);
  assert.deepEqual(await staging.latestPartition("/a"), {
    ...second,
    nextPosition: 7,
    digest: "digest",
    watermark: { seconds: 63_800_000_000, micros: 250_000 },
    forgottenPosition: 5,
  });
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
    const partition = (await engine.staging.latestPartition("stdin"))!;
    const positionOf = (line: number) => jsonl(...lines.slice(0, line)).length;
    const window = async (watermark: Moment | null, forgottenPosition: number) => {
      const given = { ...partition, watermark, forgottenPosition };
      const versions = await Array.fromAsync(engine.staging.windowVersions(given));
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

postgresTest("of two that race without a lock, one lands", async (t) => {
  await using database = await testDatabase(t);
  const sessions = await Promise.all([1, 2, 3].map(() => openSession(database.url)));
  try {
    const partition = await new SqlStaging(sessions[0]!).addPartition("file", "/a");
    const results = await Promise.allSettled(sessions.map((session) => {
      const batch = new LandedBatch(partition, 0, 10, null);
      batch.addRejected({ reason: "empty", field: null, raw: null, position: 0 }, 0);
      return new SqlStaging(session).land(batch);
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
      await new SqlStaging(session).lockSource(`${folder}/a.jsonl`);
      const { code, stderr } = await cli(database.url, ["stream", "--source", `${folder}/a.jsonl`]);
      assert.equal(code, 75);
      assert.match(stderr, /^finpipe: Another finpipe process is landing .*a\.jsonl\n {2}\S/m);
      assert.equal((await cli(database.url, ["stream", "--source", `${folder}/b.jsonl`])).code, 0);
      assert.equal((await stream(database.url)).code, 0);
    } finally {
      await session.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
  EMBEDDED_TIMERS,
);

postgresTest("20 that run init at once prepare staging once", async (t) => {
  await using database = await emptyDatabase(t);
  const results = await Promise.all(
    Array.from({ length: 20 }, () => cli(database.url, ["init", "--json"])),
  );
  const applied = results.flatMap(({ code, stdout, stderr }) => {
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).ends.find(({ end }: { end: string }) => end === "staging").applied;
  });
  assert.deepEqual(applied, await migrationNames());
  assert.equal((await stream(database.url)).code, 0);
}, EMBEDDED_TIMERS);

/** The numbered files, in order. */
async function migrationNames(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(new URL("../../sql/staging", import.meta.url)));
  return files.map(({ name }) => name.replace(/\.sql$/, "")).filter((name) => /^\d/.test(name))
    .sort();
}

/** What was done to a prepared database, and what `stream` says then. */
const STATES: [state: string, script: string, code: number, message: RegExp][] = [
  [
    "init was not run",
    "DROP SCHEMA stg CASCADE; DROP SCHEMA finpipe CASCADE",
    3,
    /The schema of staging is missing\n {2}Run 'finpipe init'/,
  ],
  [
    "the schema is of a newer finpipe",
    "INSERT INTO finpipe.migrations (version, name) VALUES (999, 'later')",
    3,
    /The schema of staging has version 999, this finpipe knows \d+\n {2}Upgrade finpipe/,
  ],
  [
    "the schema is older",
    "DELETE FROM finpipe.migrations",
    3,
    /The schema of staging is missing\n {2}Run 'finpipe init'/,
  ],
  [
    "the database is read-only",
    `DO $$BEGIN EXECUTE format(
       'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$`,
    1,
    /Failed on PostgreSQL at .*read-only.*\n {2}The server is read-only: connect to the primary/,
  ],
];

for (const [state, script, expected, message] of STATES) {
  postgresTest(`stream, where ${state}, is exit ${expected}`, async (t) => {
    await using database = await testDatabase(t);
    await execute(database, script);
    const { code, stderr } = await stream(database.url);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
  }, EMBEDDED_TIMERS);
}

postgresTest("a wrong password is exit 3, and is not shown", async (t) => {
  await using database = await testDatabase(t);
  const url = new URL(database.url);
  url.password = "wrong-secret";
  const { code, stderr } = await stream(url.href);
  assert.equal(code, 3);
  assert.match(stderr, /Cannot use PostgreSQL at .*\n {2}Check user and password/);
  assert.doesNotMatch(stderr, /wrong-secret/);
}, EMBEDDED_TIMERS);

postgresTest("what init prints can be run by hand in its place", async (t) => {
  await using database = await emptyDatabase(t);
  const { stdout: script } = await cli(database.url, ["init", "--print-sql"]);
  await execute(database, script);
  const { code, stdout, stderr } = await cli(database.url, ["init"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^staging: up to date$/m);
  const session = await openSession(database.url);
  try {
    const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
    const warehouse = new EmbeddedWarehouse(session, {
      ...schemas,
      now: () => Temporal.Now.instant(),
    });
    assert.deepEqual(await warehouse.migrate(), []);
  } finally {
    await session.close();
  }
}, EMBEDDED_TIMERS);

postgresTest("where all is there, init needs no more rights than doctor asks for", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`.slice(-60);
  await execute(
    database,
    `CREATE ROLE ${role} LOGIN PASSWORD 'pw';
     GRANT USAGE ON SCHEMA stg, finpipe TO ${role};
     GRANT SELECT ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};
     GRANT INSERT ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};
     GRANT UPDATE ON stg.rejected, finpipe.source_partitions TO ${role}`,
  );
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "pw";
    const examined = await cli(url.href, ["doctor"]);
    assert.equal(examined.code, 0, examined.stdout);
    const { code, stdout, stderr } = await cli(url.href, ["init"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^staging: up to date$/m);
  } finally {
    await execute(database, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
}, EMBEDDED_TIMERS);

postgresTest("a role without rights is exit 3 and told which, not to run init", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`.slice(-60);
  await execute(database, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "pw";
    const { code, stderr } = await stream(url.href);
    assert.equal(code, 3);
    assert.match(stderr, /permission denied for schema finpipe\n {2}Grant the missing right/);
  } finally {
    await execute(database, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
}, EMBEDDED_TIMERS);
