/** `finpipe status`, whole: what stands, the ledger, and who looks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { COMMANDS } from "../../commands/registry.ts";
import { run } from "../../commands/run.ts";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { NOW } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { attemptAt, connectUrl, ledgerOn } from "../support/ledger/ledgers.ts";
import { CaughtOutput } from "../support/output.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";

/** Where finpipe is run. */
interface Place {
  env: Record<string, string>;
  connect: () => Promise<StagingRepository>;
}

type PlaceTest = (place: Place) => Promise<void>;

/** On the embedded engine, and on PostgreSQL beside an embedded warehouse. */
function statusTest(name: string, test: PlaceTest, { onServer = false } = {}): void {
  if (!onServer) {
    Deno.test(`${name} [embedded]`, EMBEDDED_TIMERS, () =>
      inFolder((workDir) =>
        test({
          env: { FINPIPE_WORK_DIR: workDir },
          connect: async () => {
            const session = await openEmbeddedSession(workDir);
            return new PostgresStaging(session, { owned: true });
          },
        })
      ));
  }
  postgresTest(`${name} [postgres]`, async (t) => {
    await using database = await testDatabase(t);
    const { url } = database;
    await inFolder((workDir) =>
      test({
        env: {
          FINPIPE_WORK_DIR: workDir,
          FINPIPE_PG_URL: url,
          FINPIPE_VERTICA_URL: "embedded",
        },
        connect: () => connectUrl(url),
      })
    );
  }, EMBEDDED_TIMERS);
}

async function inFolder(work: (workDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-status-" });
  try {
    await work(join(folder, "work"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const DAYS = ["2022-10-01", "2022-10-02", "2022-10-03"];

/** Lands a transaction and a rate of each day. */
async function landDays({ env }: Place, days = DAYS): Promise<void> {
  const lines = days.flatMap((day) => [
    transactionMessage({ transaction_dt: `${day} 12:00:00` }, { object_id: crypto.randomUUID() }),
    rateMessage({ date_update: `${day} 00:00:00` }, { object_id: crypto.randomUUID() }),
  ]);
  await finpipe(env, ["init"]);
  await finpipe(env, ["stream", "--source", "-"], jsonl(...lines));
}

async function finpipe(env: Place["env"], args: string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await runCli([...args, "--quiet"], { env, stdin, now: NOW });
  assert.equal(code, 0, stderr);
  return stdout;
}

interface ShownStep {
  state: string;
  cause: string | null;
  seconds: number | null;
}

async function statusOf({ env }: Place, ...args: string[]) {
  const { runs, totals } = JSON.parse(await finpipe(env, ["status", "--json", ...args]));
  return { runs: runs as { run_date: string; steps: Record<string, ShownStep> }[], totals };
}

/** The states by run date, as in `done stale stale`. */
async function statesOf(place: Place, ...args: string[]): Promise<Record<string, string>> {
  const { runs } = await statusOf(place, ...args);
  return Object.fromEntries(
    runs.map(({ run_date, steps }) => [
      run_date,
      Object.values(steps).map(({ state }) => state).join(" "),
    ]),
  );
}

statusTest("what stands is told, and what an attempt left undone", async (place) => {
  await landDays(place);
  const { env } = place;
  await finpipe(env, ["dump", "2022-10-02"]);
  await finpipe(env, ["load", "2022-10-02"]);
  {
    await using ledger = await ledgerOn(place.connect);
    const failed = await ledger.begin(attemptAt({ step: "cdm" }));
    await ledger.end(failed, { state: "failed", exitCode: 69, message: "Cannot reach it" });
    await ledger.begin(attemptAt({ day: "2022-10-02" }));
    await ledger.close(130);
  }
  const { runs, totals } = await statusOf(place);
  assert.deepEqual(runs.map(({ run_date }) => run_date), [
    "2022-10-02",
    "2022-10-03",
    "2022-10-04",
  ]);
  assert.deepEqual(runs[0]!.steps.cdm, {
    state: "failed",
    cause: "Cannot reach it",
    rows: null,
    at: null,
    seconds: 0,
  });
  assert.equal(runs[1]!.steps.dump!.state, "interrupted");
  assert.deepEqual(totals, {
    done: 2,
    missing: 8,
    stale: 0,
    failed: 1,
    running: 0,
    interrupted: 1,
    pruned: 0,
  });
  // What stands wins, whatever made it.
  await finpipe(env, ["cdm", "2022-10-02"]);
  await finpipe(env, ["dump", "2022-10-03"]);
  assert.deepEqual(
    (await statusOf(place, "2022-10-02")).runs[0]!.steps.cdm!.cause,
    "upstream: dwh is missing",
  );
  await finpipe(env, ["dwh", "2022-10-02"]);
  assert.deepEqual(await statesOf(place), {
    "2022-10-02": "done done done done",
    "2022-10-03": "done missing missing missing",
    "2022-10-04": "missing missing missing missing",
  });
});

statusTest(
  "a step whose backfill lives is running, and is interrupted once it is dead",
  async (place) => {
    await landDays(place);
    {
      await using ledger = await ledgerOn(place.connect);
      await ledger.begin(attemptAt());
      const text = await finpipe(place.env, ["status"]);
      assert.match(
        text,
        /^dump of 2022-10-02 is running: process 4711 on batch-1, since 2022-10-06 09:00:00 UTC$/m,
      );
      assert.doesNotMatch(text, /to do what is left/, "a backfill is at it");
    }
    const { runs } = await statusOf(place, "2022-10-02");
    assert.deepEqual(runs[0]!.steps.dump!.state, "interrupted");
    assert.equal(runs[0]!.steps.dump!.cause, "process 4711 on batch-1 ended before it did");
  },
  { onServer: true },
);

statusTest(
  "a date is known by an attempt alone; a range shows each date, also open ones",
  async (place) => {
    await landDays(place, ["2022-10-01", "2022-10-06"]);
    {
      await using ledger = await ledgerOn(place.connect);
      const failed = await ledger.begin(attemptAt({ day: "2022-10-04" }));
      await ledger.end(failed, { state: "failed", exitCode: 5 });
    }
    assert.deepEqual(await statesOf(place), {
      "2022-10-02": "missing missing missing missing",
      "2022-10-05": "failed missing missing missing",
    });
    assert.match(
      await finpipe(place.env, ["status"]),
      /^Left out 1 day that is not over by the clock \(UTC\): 'finpipe status 2022-10-07' shows it$/m,
    );
    assert.deepEqual(Object.keys(await statesOf(place, "2022-10-05..2022-10-07")), [
      "2022-10-05",
      "2022-10-06",
      "2022-10-07",
    ]);
  },
);

statusTest("nothing that is read is a failure, with the code that says why", async ({ env }) => {
  const args = ["status", "--retry-for", "0s"];
  const { code, stdout, stderr } = await runCli(args, { env, now: NOW });
  assert.equal(code, 3, stderr);
  assert.equal(stdout, "");
});

/** What a person sees, on a terminal of so many columns. */
async function onTerminal(
  env: Record<string, string>,
  args: string[],
  columns: number,
): Promise<string> {
  const stdout = Object.assign(new CaughtOutput(true), { columns });
  const code = await run(["status", "--quiet", ...args], {
    program: "finpipe",
    stdin: ReadableStream.from([]),
    stdout,
    stderr: new CaughtOutput(),
    env: (name) => env[name],
    envNames: () => Object.keys(env),
    now: () => NOW,
    signal: new AbortController().signal,
  }, COMMANDS);
  assert.equal(code, 0);
  return stdout.text();
}

function isColored(text: string): boolean {
  return text.includes("\x1b");
}

statusTest(
  "a terminal has colors, unless they are not wanted, and its width is kept",
  async (place) => {
    await landDays(place, DAYS.slice(0, 1));
    await finpipe(place.env, ["dump", "2022-10-02"]);
    const { env } = place;
    const plain = (await finpipe(env, ["status"])).split("\n")[3];
    const colored = await onTerminal(env, [], 200);
    assert.ok(colored.includes("\x1b[32mdone\x1b[0m"), colored);
    assert.equal(stripVTControlCharacters(colored).split("\n")[3], plain);
    assert.ok(!isColored(await onTerminal(env, ["--no-color"], 200)));
    assert.ok(isColored(await finpipe(env, ["status", "--color", "always"])));
    const narrow = await onTerminal(env, ["--no-color"], 45);
    assert.ok(narrow.split("\n").slice(0, 3).every((line) => line.length <= 45), narrow);
    assert.ok(!isColored(await onTerminal(env, ["--json"], 200)));
  },
);
