/** `doctor --trial` on the embedded warehouse: what it has of it, and what it leaves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { EmbeddedGround } from "../../lib/warehouse/embedded/inspect/trial_ground.ts";
import { newKey } from "../../lib/warehouse/trial/ground.ts";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import { exitCodeOf, tryAll } from "../../lib/warehouse/trial/trial.ts";
import { stepsOf } from "../../lib/warehouse/trial/script.ts";
import { SILENT } from "../support/logs.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";

/** A work dir with finpipe's tables. */
class Place implements AsyncDisposable {
  private constructor(readonly workDir: string) {}

  static async open(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "finpipe-trial-" }));
    const { code, stderr } = await place.run("init");
    assert.equal(code, 0, stderr);
    return place;
  }

  get env(): Record<string, string> {
    return { FINPIPE_WORK_DIR: this.workDir, FINPIPE_LOG_FORMAT: "text" };
  }

  run(...args: string[]) {
    return runCli(args, { env: this.env });
  }

  /** Runs SQL behind finpipe's back; the rows of the last. */
  async query(...statements: string[]) {
    const session = await openEmbeddedSession(this.workDir);
    try {
      let rows: Record<string, string | null>[] = [];
      for (const statement of statements) rows = await session.query(statement);
      return rows;
    } finally {
      await session.close();
    }
  }

  async tables(): Promise<string> {
    const rows = await this.query(
      "SELECT tablename FROM pg_tables WHERE schemaname LIKE 'finpipe%' ORDER BY 1",
    );
    return rows.map(({ tablename }) => tablename).join(" ");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.workDir, { recursive: true });
  }
}

function embeddedTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, fn: test, ...EMBEDDED_TIMERS });
}

embeddedTest("all that applies holds, and no table stays", async () => {
  await using place = await Place.open();
  const before = await place.tables();
  const { code, stdout, stderr } = await place.run("doctor", "--trial");
  assert.equal(code, 0, stdout);
  assert.match(stderr, /Using the embedded engine in/);
  assert.match(stdout, /^PostgreSQL \d+\.\d+, the embedded warehouse\n\nheld /);
  const labels = GROUPS.flatMap(({ scripts }) =>
    stepsOf(scripts.embedded ?? "").map(({ name }) => name)
  );
  const applying = GROUPS.flatMap(({ scripts, experiments }) =>
    scripts.embedded === undefined
      ? []
      : experiments.filter(({ steps }) => steps.every((step) => labels.includes(step)))
  );
  assert.equal([...stdout.matchAll(/^held /gm)].length, applying.length);
  assert.ok(applying.length > 30);
  assert.match(
    stdout,
    new RegExp(
      `\\n\\n${applying.length} held, 0 not, 0 not tried; \\d+ more are about features .*\\nFor all`,
    ),
  );
  assert.equal(await place.tables(), before);
});

embeddedTest("what a killed run left is dropped, other tables stay; as JSON", async () => {
  await using place = await Place.open();
  await place.query(
    "CREATE TABLE finpipe_staging.finpipe_trial_0123456789ab_target (a integer)",
    "CREATE TABLE finpipe_mart.finpipe_trial_0123456789ab_x (a integer)",
    "CREATE TABLE finpipe_mart.finpipe_trial_results (a integer)",
    "CREATE TABLE public.finpipe_trial_0123456789ab_x (a integer)",
  );
  const { code, stdout, stderr } = await place.run("doctor", "--trial", "--json");
  assert.equal(code, 0);
  assert.match(stderr, /Dropped 2 tables that an earlier trial left/);
  const rows = await place.query(
    "SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'finpipe_trial%' ORDER BY 1",
  );
  assert.deepEqual(rows.map(({ schemaname, tablename }) => `${schemaname}.${tablename}`), [
    "finpipe_mart.finpipe_trial_results",
    "public.finpipe_trial_0123456789ab_x",
  ]);
  const report = JSON.parse(stdout);
  assert.deepEqual(
    { ...report.warehouse, version: null },
    { engine: "embedded", version: null, nodes: null, nodes_up: null, mode: "embedded" },
  );
  assert.equal(report.experiments.length, GROUPS.flatMap(({ experiments }) => experiments).length);
  const outcomes = new Set(
    report.experiments.map(({ outcome, applies }: Record<string, unknown>) =>
      `${outcome} ${applies}`
    ),
  );
  assert.deepEqual([...outcomes].sort(), ["held true", "not_tried false"]);
});

embeddedTest("what does not hold, and what hangs on it, is told", async () => {
  await using place = await Place.open();
  const session = await openEmbeddedSession(place.workDir);
  const failing = Object.create(session, {
    query: {
      value(sql: string, ...values: unknown[]) {
        const isFirst = /ATTACH PARTITION \S+_first/.test(sql);
        const cause = Object.assign(new Error("not today"), { code: "XX000" });
        if (isFirst) throw new FinpipeError("failed", "It failed", { cause });
        return Reflect.apply(session.query, session, [sql, ...values]);
      },
    },
    execute: { value: (script: string) => session.execute(script) },
    copyIn: { value: (...args: Parameters<SqlSession["copyIn"]>) => session.copyIn(...args) },
  });
  const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
  const key = newKey();
  const ground = new EmbeddedGround(failing, schemas, key);
  const { signal } = new AbortController();
  const findings = await tryAll(ground, { groups: GROUPS, key, signal, log: SILENT });
  const of = (outcome: string) =>
    findings.filter((found) => found.outcome === outcome && found.applies)
      .map(({ experiment, seen }) => `${experiment.name}: ${seen}`);
  assert.deepEqual(of("not"), [
    "side-table: swap-in: XX000: not today",
    "swap-empty-day: swap-in: XX000: not today",
  ]);
  assert.ok(of("not_tried").includes("swap-day: swap-in: XX000: not today"));
  assert.equal(exitCodeOf(findings), 4);
  assert.deepEqual(await ground.scratchTables(), []);
  await session.close();
});

embeddedTest(
  "after SIGINT in the middle no table stays, after SIGKILL the next run drops it",
  async () => {
    await using place = await Place.open();
    const before = await place.tables();
    for (const [signal, code] of [["SIGINT", 130], ["SIGKILL", 137]] as const) {
      const running = spawnCli(["doctor", "--trial"], { env: place.env });
      await running.waitFor(/held +copy-taken/);
      running.kill(signal);
      const result = await running.result;
      // It may have been done by then.
      if (!result.stdout.includes("For all the SQL that ran")) assert.equal(result.code, code);
      if (signal === "SIGKILL") assert.equal((await place.run("doctor", "--trial")).code, 0);
      assert.equal(await place.tables(), before);
    }
  },
);

embeddedTest(
  "where there is no embedded engine, or another process has it, it says so",
  async () => {
    await using place = await Place.open();
    const absent = join(place.workDir, "absent");
    const none = await place.run("doctor", "--trial", "--work-dir", absent);
    assert.equal(none.code, 3);
    assert.match(none.stderr, /There is no embedded engine in/);
    await assert.rejects(Deno.stat(absent));
    const session = await openEmbeddedSession(place.workDir);
    try {
      assert.equal((await place.run("doctor", "--trial")).code, 75);
    } finally {
      await session.close();
    }
  },
);

embeddedTest("a server for one end alone asks for the warehouse's setting", async () => {
  const env = { FINPIPE_PG_URL: "postgres://u@127.0.0.1:1/d" };
  const { code, stderr } = await runCli(["doctor", "--trial"], { env });
  assert.equal(code, 3);
  assert.match(stderr, /FINPIPE_VERTICA_URL/);
});
