/**
 * A month of messages through chaos: `emit` sends it to a topic while streams land it and are killed,
 * servers are restarted and connections cut, at random. At the end each message is in one place.
 *
 * `--days N` (31), `--operations-per-day N` (87000, which is 260,000 messages a day), `--partitions N`
 * (6), `--rate N` messages a second (12000), `--pause S` seconds between two faults, at most (12),
 * `--seed N`. The last line is `N passed, N failed`.
 */
import { parseArgs } from "node:util";
import { randomOf } from "../../lib/events/random.ts";
import { type CrashServers, databaseOn, startServers } from "../support/crash/servers.ts";
import { WatchedProxy } from "../support/network/watched_proxy.ts";
import { Chaos, type Passages } from "./month_faults.ts";

const FIRST_DAY = Temporal.PlainDate.from("2022-10-01");

interface Month {
  days: number;
  operationsPerDay: number;
  partitions: number;
  /** Messages sent in a second, at most. */
  rate: number;
  /** The longest time between two faults, in seconds. */
  pause: number;
  seed: number;
}

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "days": { type: "string", default: "31" },
      "operations-per-day": { type: "string", default: "87000" },
      "partitions": { type: "string", default: "6" },
      "rate": { type: "string", default: "12000" },
      "pause": { type: "string", default: "12" },
      "seed": { type: "string" },
    },
  });
  const seed = values.seed ?? Deno.env.get("FINPIPE_SOAK_SEED") ??
    String(crypto.getRandomValues(new Uint32Array(1))[0]! % 9000);
  const month: Month = {
    days: Number(values.days),
    operationsPerDay: Number(values["operations-per-day"]),
    partitions: Number(values.partitions),
    rate: Number(values.rate),
    pause: Number(values.pause),
    seed: Number(seed),
  };
  await say(`a month through chaos: ${JSON.stringify(month)}`);
  await using servers = await startServers();
  // What tests are supported by starts servers of its own, where none are named.
  Deno.env.set("FINPIPE_TEST_KAFKA", servers.kafka.brokers);
  Deno.env.set("FINPIPE_TEST_PG_URL", servers.postgres.url);
  try {
    await runMonth(servers, month);
    await say("1 passed, 0 failed");
    return 0;
  } catch (error) {
    await say(`FAILED with --seed ${seed}: ${wordsOf(error)}`);
    await say("0 passed, 1 failed");
    return 1;
  }
}

/** @throws Error where a message is lost, doubled or changed, or finpipe ended as it should not */
async function runMonth(servers: CrashServers, month: Month): Promise<void> {
  const { landingPlace, LandingPlace } = await import("../support/topic/landing.ts");
  const { compareBooks } = await import("../support/topic/large_books.ts");
  const { produce } = await import("../support/kafka/messages.ts");
  const { openSession } = await import("../support/engine/engines.ts");
  const { runCli, spawnCli } = await import("../support/cli/run_cli.ts");
  const random = randomOf(month.seed, 0, 2);
  await using scope = new AsyncDisposableStack();
  const database = scope.use(await databaseOn(servers.postgres));
  const place = scope.use(
    await landingPlace("a month", { partitions: month.partitions, url: database.url }),
  );
  const own = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: place.workDir };
  const { code, stderr } = await runCli(["init"], { env: own });
  if (code !== 0) throw new Error(`Cannot prepare the database: ${stderr}`);

  const passages = { postgres: new Set() as Passages, kafka: new Set() as Passages };
  const proxy = scope.use(
    new WatchedProxy((_bytes, _from, passage) => {
      passages.postgres.add(passage);
      return Promise.resolve();
    }),
  );
  proxy.target = Number(new URL(servers.postgres.url).port);
  servers.kafkaWatchers.add((_bytes, _from, passage) => {
    passages.kafka.add(passage);
    return Promise.resolve();
  });
  const env = { ...place.env, FINPIPE_PG_URL: proxy.through(database.url).href };

  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
  const last = FIRST_DAY.add({ days: month.days - 1 });
  const emit = spawnCli([
    ...["emit", "--to", "kafka", "--topic", place.topic.topic, "--dates", `${FIRST_DAY}..${last}`],
    ...["--operations-per-day", String(month.operationsPerDay), "--seed", String(month.seed)],
    ...["--rate", String(month.rate)],
  ], { env: place.env });
  let isEmitted = false;
  const emitted = emit.result.then((result) => {
    isEmitted = true;
    return result;
  });
  const chaos = new Chaos({
    servers,
    random,
    passages,
    start: (group) => spawnCli(["stream", "--group", group], { env }),
  });
  scope.defer(async () => {
    emit.kill("SIGKILL");
    await chaos.kill();
  });
  for (let faults = 1; !isEmitted; faults++) {
    const pause = random.between(1000, month.pause * 1000);
    await Promise.race([emitted, new Promise((resolve) => setTimeout(resolve, pause))]);
    const name = await chaos.strike();
    await say(`${seconds()} s: ${name}`);
    const partition = faults % month.partitions;
    await produce(place.topic, [new TextEncoder().encode(`no JSON: ${faults}`)], { partition });
  }
  const emission = await emitted;
  if (emission.code !== 0) throw new Error(`emit failed: ${emission.stderr.slice(-4000)}`);
  await say(`${seconds()} s: all is sent`);
  await chaos.stop();
  const rest = spawnCli(["stream", "--until-end", "--group", "month-end"], { env });
  const end = await rest.result;
  if (end.code !== 0) throw new Error(`The last stream failed: ${end.stderr.slice(-4000)}`);
  await say(`${seconds()} s: all is landed`);

  // The session of before may be broken.
  const session = await openSession(database.url);
  scope.defer(() => session.close());
  await session.execute("SET work_mem = '256MB'");
  const after = new LandingPlace(place.topic, database.url, session, place.workDir, scope);
  const books = await compareBooks(after);
  const faults = Object.values(chaos.counts).reduce((sum, count) => sum + count, 0);
  await say(`${seconds()} s: compared`);
  await say(JSON.stringify({ ...books, faults, counts: chaos.counts }));
  const wrong = books.lost + books.doubled + books.changed + books.differing.length;
  if (wrong > 0) throw new Error("The books do not balance");
}

/** What came first: what failed while all was closed came of it. */
function wordsOf(error: unknown): string {
  if (error instanceof SuppressedError) return wordsOf(error.suppressed);
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
