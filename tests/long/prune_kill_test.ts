/**
 * Prune as a real process, killed (kill -9) at random moments while late rows land: whatever is left is
 * true, and the last run does the rest. On PostgreSQL and the Vertica test server.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { randomOf } from "../../lib/events/random.ts";
import { emulate } from "../../lib/events/emulator.ts";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { spawnCli } from "../support/cli/run_cli.ts";
import { openSession } from "../support/engine/engines.ts";
import { chooseSeed } from "../support/kill/chain.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";
import { landThrough, payment, UNBALANCED } from "../support/prune/days.ts";
import { startVerticaServer } from "../vertica-server/server.ts";

const DAYS = 8;
const KILLS = 8;
const FROM = Temporal.PlainDate.from("2022-10-01");
const dates = Array.from({ length: DAYS }, (_, at) => FROM.add({ days: at }).toString());

/** Days that stand wholly, partly, or not at all, and whether they are recorded as pruned. */
const STATES = `
  SELECT landed.day::text AS day,
    coalesce(pruned.rows, 0) AS pruned, landed.rows AS landed, coalesce(standing.rows, 0) AS standing
  FROM (SELECT day, sum(rows) AS rows FROM finpipe.landed_days GROUP BY day) AS landed
  LEFT JOIN (SELECT day, sum(rows) AS rows FROM finpipe.pruned_days GROUP BY day) AS pruned USING (day)
  LEFT JOIN (
    SELECT day, count(*) AS rows FROM (
      SELECT transaction_dt::date AS day FROM stg.transactions
      UNION ALL SELECT date_update::date FROM stg.currencies
    ) AS rows GROUP BY day
  ) AS standing USING (day)
  ORDER BY day`;

postgresTest("a killed prune leaves all true, and the next one does the rest", async (t) => {
  const seed = chooseSeed();
  const random = randomOf(seed, 0, 0);
  await using database = await emptyDatabase(t);
  await using vertica = await startVerticaServer();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-prune-" }));
  const session = await openSession(database.url);
  try {
    const plain = new URL(database.url);
    plain.searchParams.set("sslmode", "disable");
    const env = {
      FINPIPE_PG_URL: plain.href,
      FINPIPE_VERTICA_URL: vertica.url,
      FINPIPE_WORK_DIR: join(folder, "work"),
      FINPIPE_LOG_FORMAT: "text",
    };
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await spawnCli(args, { env }).result;
      assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    const events = join(folder, "events.jsonl");
    await Deno.writeTextFile(events, messages());
    await run("init");
    await run("stream", "--source", events);
    await run("backfill", `2022-10-02..${FROM.add({ days: DAYS })}`);
    const mart = await run("report", "--format", "csv");
    const files = await filesOf(folder);
    assert.equal(files.length, 2 * 2 * DAYS);

    const prune = ["prune", "--older-than", "1d", "--json"];
    let pace = 0;
    let late = 0;
    for (let kills = 0; kills < KILLS;) {
      const started = performance.now();
      const cli = spawnCli(prune, { env });
      // The first one shows how long it takes to begin.
      const timer = setTimeout(
        () => cli.kill("SIGKILL"),
        pace === 0 ? 800 : random.next() / 2 ** 32 * pace * 1.2,
      );
      const row = dates[late++ % DAYS]!;
      if (kills % 3 === 2) await landThrough(session, payment(row));
      const { code, stderr } = await cli.result;
      clearTimeout(timer);
      assert.ok(code === 137 || code === 0, `With FINPIPE_SOAK_SEED=${seed}: ${stderr}`);
      pace = Math.max(pace, performance.now() - started);
      await allTrue(session, folder, seed);
      kills++;
    }
    const last = JSON.parse(await run(...prune));
    await allTrue(session, folder, seed);
    // Days into which rows came late before they were pruned, and the last one, whose window needs it.
    for (const { date, reason } of last.kept_days) {
      assert.match(reason, /landed|at or above its watermark/, `${date}`);
    }
    const pruned = (await session.query(STATES)).filter(({ pruned }) => pruned !== "0");
    assert.ok(pruned.length > 0, "some days are out of staging");
    assert.deepEqual(await filesOf(folder), [], "all files stood loaded");
    assert.equal(await run("report", "--format", "csv"), mart);
  } finally {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  }
});

function messages(): string {
  const days = { from: FROM, to: FROM.add({ days: DAYS - 1 }) };
  return [...emulate({ ...days, operationsPerDay: 200, seed: 1 }), ""].join("\n");
}

/** The files of days, in order. */
async function filesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const dataset of ["transactions", "currencies"]) {
    for await (const { name } of Deno.readDir(join(folder, "work/partitions", dataset))) {
      if (name !== ".lock") names.push(`${dataset}/${name}`);
    }
  }
  return names.sort();
}

/** No row is lost or counted twice, no day is half in staging, no manifest is there without its file. */
async function allTrue(session: SqlSession, folder: string, seed: number): Promise<void> {
  const why = `With FINPIPE_SOAK_SEED=${seed}`;
  // The session of a killed process ends its transaction in its own time.
  await session.query("SELECT pg_advisory_lock(hashtextextended('finpipe replay', 0))");
  await session.query("SELECT pg_advisory_unlock(hashtextextended('finpipe replay', 0))");
  assert.deepEqual(await session.query(UNBALANCED), [], why);
  for (const { day, pruned, landed, standing } of await session.query(STATES)) {
    const taken = Number(pruned);
    assert.equal(taken + Number(standing), Number(landed), `${why}: ${day}`);
    // All that was loaded went at once: what is left are a few late rows.
    if (taken > 0) assert.ok(Number(standing) < 10, `${why}: ${day} is half in staging`);
  }
  const files = new Set(await filesOf(folder));
  for (const name of files) {
    const data = name.replace(".manifest.json", ".csv");
    assert.ok(files.has(data), `${why}: ${name} without its file`);
  }
}
