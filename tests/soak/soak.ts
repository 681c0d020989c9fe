/**
 * `deno task soak`: kill -9 at random moments, more often than CI can wait for: of the whole chain, on
 * the embedded engine and on the newest and the oldest PostgreSQL, and of the stream of a topic.
 *
 * FINPIPE_SOAK_KILLS says how many of chains in all (50), FINPIPE_SOAK_STREAM_KILLS how many of streams
 * (100), FINPIPE_SOAK_SEED repeats a run; `chains` or `stream` as argument is that part alone. The last
 * line is `N passed, N failed`, of engines.
 */
import { databaseOn } from "../support/crash/servers.ts";
import { chooseSeed, killChains } from "../support/kill/chain.ts";
import { defaultKafka } from "../support/kafka/jars.ts";
import { startKafka } from "../support/kafka/server.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { messageOf } from "../../lib/runtime/errors.ts";

/** Kills that one chain gets. */
const KILLS_A_CHAIN = 5;

/** PostgreSQL versions, beside the embedded engine. */
const VERSIONS = ["18", "13"];

if (import.meta.main) Deno.exit(await soak(Deno.args[0]));

async function soak(part: string | undefined): Promise<number> {
  const seed = chooseSeed();
  let passed = 0;
  let failed = 0;
  const run = async (engine: string, work: () => Promise<void>) => {
    await say(`${engine}, FINPIPE_SOAK_SEED=${seed}`);
    try {
      await work();
      passed++;
    } catch (error) {
      failed++;
      await say(`FAILED: ${engine}: ${messageOf(error)}`);
    }
  };
  if (part !== "stream") await soakChains(seed, run);
  if (part !== "chains") {
    await run(`stream of a topic, Kafka ${defaultKafka()}`, () => soakStream(seed));
  }
  await say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

type Run = (engine: string, work: () => Promise<void>) => Promise<void>;

async function soakChains(seed: number, run: Run): Promise<void> {
  const shares = shareOut(Number(Deno.env.get("FINPIPE_SOAK_KILLS") ?? 50), 1 + VERSIONS.length);
  const chains = (index: number) => ({ seed, kills: chainsOf(shares[index]!), log: tell });
  await run("embedded engine", () => killChains(chains(0)));
  for (const [index, version] of VERSIONS.entries()) {
    await run(`PostgreSQL ${version}`, async () => {
      await using server = await startPostgres({ version });
      await killChains({ ...chains(index + 1), database: () => databaseOn(server) });
    });
  }
}

async function soakStream(seed: number): Promise<void> {
  await using postgres = await startPostgres();
  await using kafka = await startKafka();
  // What tests are supported by starts servers of its own, where none are named.
  Deno.env.set("FINPIPE_TEST_KAFKA", kafka.brokers);
  Deno.env.set("FINPIPE_TEST_PG_URL", postgres.url);
  const { killStreams } = await import("../support/kill/stream.ts");
  const { landingPlace } = await import("../support/topic/landing.ts");
  await using place = await landingPlace("killed streams", { partitions: 4 });
  const kills = Number(Deno.env.get("FINPIPE_SOAK_STREAM_KILLS") ?? 100);
  await killStreams(place, { seed, kills, log: tell });
}

function tell(line: string): void {
  void say(`  ${line}`);
}

/** Divides kills among engines, the first ones getting what is left over. */
function shareOut(kills: number, engines: number): number[] {
  return Array.from({ length: engines }, (_, index) => Math.ceil((kills - index) / engines));
}

/** Divides kills among chains, the last one getting what is left over. */
function chainsOf(kills: number): number[] {
  const chains: number[] = [];
  for (let left = kills; left > 0; left -= KILLS_A_CHAIN) {
    chains.push(Math.min(left, KILLS_A_CHAIN));
  }
  return chains;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
