/**
 * `deno task soak`: kill -9 at random moments, more often than CI can wait for, on the embedded
 * engine and on the newest and the oldest PostgreSQL.
 *
 * FINPIPE_SOAK_KILLS says how many in all (50), FINPIPE_SOAK_SEED repeats a run. The last line is
 * `N passed, N failed`, of engines.
 */
import { databaseOn } from "../support/crash_servers.ts";
import { chooseSeed, killChains } from "../support/kill_chain.ts";
import { startPostgres } from "../support/postgres_server.ts";

/** Kills that one chain gets. */
const KILLS_A_CHAIN = 5;

/** PostgreSQL versions, beside the embedded engine. */
const VERSIONS = ["18", "13"];

if (import.meta.main) Deno.exit(await soak());

async function soak(): Promise<number> {
  const seed = chooseSeed();
  const shares = shareOut(Number(Deno.env.get("FINPIPE_SOAK_KILLS") ?? 50), 1 + VERSIONS.length);
  let failed = 0;
  const run = async (engine: string, work: () => Promise<void>) => {
    await say(`${engine}, FINPIPE_SOAK_SEED=${seed}`);
    try {
      await work();
    } catch (error) {
      failed++;
      await say(`FAILED: ${engine}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const chains = (index: number) => ({
    seed,
    kills: chainsOf(shares[index]!),
    log: (line: string) => void say(`  ${line}`),
  });
  await run("embedded engine", () => killChains(chains(0)));
  for (const [index, version] of VERSIONS.entries()) {
    await run(`PostgreSQL ${version}`, async () => {
      await using server = await startPostgres({ version });
      await killChains({ ...chains(index + 1), database: () => databaseOn(server) });
    });
  }
  await say(`${shares.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
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
