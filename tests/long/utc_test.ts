/** All times are UTC: a machine in another time zone makes the same files and the same mart. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { spawnCli } from "../support/cli/run_cli.ts";

const EVENTS = new URL("../fixtures/events.jsonl", import.meta.url).pathname;
/** 14 hours ahead and 11 behind: whatever the hour is, one of them has another date than UTC. */
const ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"];
/** When finpipe ran; the data is of 2022. */
const RUN_TIME = /(?!2022)\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?/g;

Deno.test("a machine in another time zone makes the same files and the same mart", async () => {
  const [expected, ...others] = await Promise.all(ZONES.map(madeIn));
  assert.ok(expected!.size >= 12, [...expected!.keys()].join());
  for (const other of others) assert.deepEqual(other, expected);
});

/** What the pipeline prints and writes on a machine in a time zone. */
async function madeIn(zone: string): Promise<Map<string, string>> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-utc-" });
  const made = new Map<string, string>();
  try {
    for (
      const args of [
        ["stream", "--source", EVENTS],
        ["backfill", "2022-10-02..2022-10-06"],
        ["report", "--format", "csv"],
        ["report", "--explain", "2022-10-01", "410"],
        ["rejected", "list"],
        ["source", "list"],
      ]
    ) made.set(args.join(" "), (await run(args)).replace(RUN_TIME, "NOW"));
    const before = todayInUtc();
    const plan = await run(["backfill", "today", "--dry-run"]);
    assert.ok([before, todayInUtc()].some((day) => plan.startsWith(day)), `${zone}: ${plan}`);
    for (const name of await filesOf(join(workDir, "partitions"))) {
      if (name.endsWith(".csv")) {
        made.set(name, await Deno.readTextFile(join(workDir, "partitions", name)));
      }
    }
    return made;
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }

  async function run(args: string[]): Promise<string> {
    const env = { TZ: zone, FINPIPE_WORK_DIR: workDir };
    const { code, stdout, stderr } = await spawnCli(args, { env }).result;
    assert.equal(code, 0, stderr);
    return stdout;
  }
}

function todayInUtc(): string {
  return Temporal.Now.plainDateISO("UTC").toString();
}

async function filesOf(folder: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    files.push(...isDirectory ? await filesOf(folder, path) : [path]);
  }
  return files.sort();
}
