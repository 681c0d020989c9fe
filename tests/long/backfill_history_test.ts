/**
 * A day's history as chance has it, with real processes and ends: late messages and rates, undo, single
 * commands, backfills that are stopped or killed. Then one plain backfill must leave what a clean one
 * makes of the same messages, with nothing stale and books that balance.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Random, randomOf } from "../../lib/events/random.ts";
import { Interrupted, messageOf } from "../../lib/runtime/errors.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { chooseSeed } from "../support/kill/chain.ts";
import { emptyDatabase } from "../support/postgres/database.ts";
import { openTestVertica, ownVerticaTest } from "../support/vertica/place.ts";

const HISTORIES = Number(Deno.env.get("FINPIPE_TEST_HISTORIES") ?? 1);
const EVENTS = 9;
const FIRST = Temporal.PlainDate.from("2022-10-01");
const DAYS = 3;
const RANGE = "2022-10-02..2022-10-04";
const STATUSES = ["done", "queued", "chargeback"];

type Env = Record<string, string>;

/** A place with a history. */
class History {
  readonly story: string[] = [];
  /** All that was landed. */
  readonly messages: string[] = [];
  readonly #env: Env;
  readonly #random: Random;

  constructor(env: Env, random: Random) {
    this.#env = env;
    this.#random = random;
  }

  /** Lets something happen. */
  async happen(): Promise<void> {
    const events = [
      () => this.land(),
      () => this.land(),
      () => this.#single(),
      () => this.#undo(),
      () => this.#loseFiles(),
      () => this.#stopped(),
      () => this.#killed(),
      () => this.#backfilled(),
    ];
    await this.#random.pick(events)();
  }

  /** Some messages of some days, rates among them. */
  async land(): Promise<void> {
    const lines = Array.from({ length: this.#random.between(1, 4) }, () => {
      const time = `${this.#day()} ${String(this.#random.between(0, 23)).padStart(2, "0")}:00:00`;
      const object_id = crypto.randomUUID();
      const currency_code = this.#random.pick([420, 430, 440]);
      const sent = { object_id, sent_dttm: time.replace(" ", "T") };
      if (this.#random.chance(0.3)) {
        const currency_with_div = this.#random.between(1, 999_999) / 100_000;
        return rateMessage({ date_update: time, currency_code, currency_with_div }, sent);
      }
      const amount = this.#random.between(-10_000, 10_000);
      const status = this.#random.pick(STATUSES);
      return transactionMessage({ transaction_dt: time, currency_code, amount, status }, sent);
    });
    this.messages.push(...lines);
    this.#tell(`${lines.length} messages`);
    await this.run(["stream", "--source", "-"], [0], jsonl(...lines));
  }

  /** Runs a command that ends with one of these codes. */
  async run(args: string[], codes: readonly number[] = [0], stdin = ""): Promise<string> {
    const { code, stdout, stderr } = await runCli(["--quiet", ...args], { env: this.#env, stdin });
    assert.ok(
      codes.includes(code),
      `finpipe ${args.join(" ")}: exit code ${code}: ${stderr}${stdout}`,
    );
    return stdout;
  }

  /** A step by hand; one that misses the step before it is exit 5. */
  async #single(): Promise<void> {
    const args = [this.#random.pick(["dump", "load", "dwh", "cdm"]), "--partition", this.#day()];
    if (args[0] === "cdm" && this.#random.chance(0.3)) args.push("--statuses", "queued");
    this.#tell(args.join(" "));
    await this.run(args, [0, 5]);
  }

  async #undo(): Promise<void> {
    const args = ["load", "--undo", "--partition", this.#day()];
    this.#tell(args.join(" "));
    await this.run(args, [0, 1]);
  }

  async #loseFiles(): Promise<void> {
    this.#tell("the work dir's files are lost");
    await Deno.remove(join(this.#env.FINPIPE_WORK_DIR!, "partitions"), { recursive: true })
      .catch(() => {});
  }

  async #stopped(): Promise<void> {
    const stop = new AbortController();
    const milliseconds = this.#random.between(0, 1500);
    this.#tell(`backfill, stopped after ${milliseconds} ms`);
    const timer = setTimeout(() => stop.abort(new Interrupted("SIGINT")), milliseconds);
    const { code, stderr } = await runCli(["--quiet", ...this.#backfill()], {
      env: this.#env,
      signal: stop.signal,
    });
    clearTimeout(timer);
    assert.ok([0, 5, 130].includes(code), `exit code ${code}: ${stderr}`);
  }

  async #killed(): Promise<void> {
    const milliseconds = this.#random.between(200, 2500);
    this.#tell(`backfill, killed after ${milliseconds} ms`);
    const backfill = spawnCli(["--quiet", ...this.#backfill()], { env: this.#env });
    const timer = setTimeout(() => backfill.kill("SIGKILL"), milliseconds);
    const { code, stderr } = await backfill.result;
    clearTimeout(timer);
    assert.ok([0, 5, 137].includes(code), `exit code ${code}: ${stderr}`);
  }

  async #backfilled(): Promise<void> {
    const args = this.#backfill();
    this.#tell(args.join(" "));
    await this.run(args, [0, 5]);
  }

  /** A backfill of some dates, in some way. */
  #backfill(): string[] {
    const from = FIRST.add({ days: this.#random.between(1, DAYS) });
    const args = ["backfill", `${from}..2022-10-04`];
    const jobs = this.#random.between(1, 3);
    if (this.#random.chance(0.2)) args.push("--newest-first", "--no-depends-on-past");
    if (this.#random.chance(0.2)) args.push("--force");
    const only = this.#random.chance(0.2)
      ? this.#random.pick(["dump,load", "dwh", "load,cdm"])
      : undefined;
    if (only !== undefined) args.push("--only", only);
    // Without dumps there is nothing to do side by side, and more than one job is refused.
    if (only === undefined || only.startsWith("dump")) args.push("--jobs", `${jobs}`);
    return args;
  }

  #day(): string {
    return `${FIRST.add({ days: this.#random.between(0, DAYS - 1) })}`;
  }

  #tell(what: string): void {
    this.story.push(what);
  }
}

/** @throws Error with the seed and the story */
async function runHistory(env: Env, cleanEnv: Env, seed: number, number: number): Promise<void> {
  const history = new History(env, randomOf(seed, number, 0));
  try {
    await history.run(["init"]);
    await history.land();
    for (let event = 0; event < EVENTS; event++) await history.happen();
    await history.run(["backfill", RANGE, "--jobs", "2"]);
    await history.run(["backfill", "--stale"]);

    const clean = new History(cleanEnv, randomOf(0, 0, 0));
    await clean.run(["init"]);
    await clean.run(["stream", "--source", "-"], [0], jsonl(...history.messages));
    await clean.run(["backfill", RANGE]);
    const mart = (one: History) => one.run(["report", "--format", "csv"]);
    assert.equal(await mart(history), await mart(clean));
    const { totals } = JSON.parse(await history.run(["status", RANGE, "--json"]));
    assert.equal(totals.done, 4 * DAYS, JSON.stringify(totals));
    // A difference is exit code 4.
    await history.run(["audit", "--deep"]);
    const again = await history.run(["backfill", RANGE]);
    assert.equal(again.match(/nothing to do/g)?.length, DAYS, again);
  } catch (error) {
    throw new Error(
      `With FINPIPE_SOAK_SEED=${seed}, history ${number}: ${history.story.join("; ")}: ` +
        messageOf(error),
      { cause: error },
    );
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-history-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(
  "any history, then a backfill: what a clean one makes [embedded]",
  EMBEDDED_TIMERS,
  async () => {
    const seed = chooseSeed();
    for (let number = 0; number < HISTORIES; number++) {
      await inFolder(async (folder) => {
        const [env, clean] = ["history", "clean"].map((name) => ({
          FINPIPE_WORK_DIR: join(folder, name),
        }));
        await runHistory(env!, clean!, seed, number);
      });
    }
  },
);

ownVerticaTest(
  "any history, then a backfill: what a clean one makes [PostgreSQL, Vertica]",
  async (t) => {
    const seed = chooseSeed();
    for (let number = 0; number < HISTORIES; number++) {
      await using vertica = await openTestVertica();
      await using database = await emptyDatabase(t);
      const { stagingSchema, martSchema } = vertica.newSchemas();
      await inFolder(async (folder) => {
        const env = {
          FINPIPE_PG_URL: database.url,
          FINPIPE_VERTICA_URL: vertica.url,
          FINPIPE_STAGING_SCHEMA: stagingSchema,
          FINPIPE_MART_SCHEMA: martSchema,
          FINPIPE_WORK_DIR: join(folder, "history"),
        };
        await runHistory(env, { FINPIPE_WORK_DIR: join(folder, "clean") }, seed, number);
      });
    }
  },
);
