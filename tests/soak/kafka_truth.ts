/**
 * finpipe before the judges, long: random transactions of many producers, codecs, batch sizes and
 * compaction, each seed landed and compared with what librdkafka and Java's client read; then batches
 * that are damaged on the broker's disk.
 *
 * `--seeds N` (20), `--damages N` (20), `--first N` the first seed (by chance), `--sendings N` of each
 * seed (200), `--most N` records sent at once (30000), `--large N` bytes of the largest values (3000000). An
 * even seed is landed in two goes, an odd one compacted. A seed gives the same again. The last line is
 * `N passed, N failed`.
 */
import { parseArgs } from "node:util";
import { openCourt } from "../support/truth/court.ts";
import { tryDamage } from "../support/truth/damaged.ts";
import { lineOf, tryCase } from "../support/truth/trial.ts";

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "20" },
      damages: { type: "string", default: "20" },
      first: { type: "string" },
      sendings: { type: "string", default: "200" },
      most: { type: "string", default: "30000" },
      large: { type: "string", default: "3000000" },
    },
  });
  const first = Number(values.first ?? crypto.getRandomValues(new Uint16Array(1))[0]);
  const [sendings, most, large] = [values.sendings, values.most, values.large].map(Number);
  await using court = await openCourt();
  let passed = 0;
  let failed = 0;
  const judge = async (seed: number, work: () => Promise<[line: string, isRight: boolean]>) => {
    const [line, isRight] = await work()
      .catch((error) => [`seed ${seed} broke off: ${error.message}`, false] as const);
    await say(line);
    if (isRight) passed++;
    else failed++;
  };
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    await judge(seed, async () => {
      const size = { sendings: sendings!, most: most!, large: large! };
      const verdict = await tryCase(court, seed, size);
      return [lineOf(verdict), verdict.differences.length === 0];
    });
  }
  for (let seed = first; seed < first + Number(values.damages); seed++) {
    await judge(seed, async () => {
      await tryDamage(court, seed);
      return [`seed ${seed}: the damaged batch is not landed`, true];
    });
  }
  await say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
