/** A dump that is begun anew, as its connection was lost. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { retrying } from "../../lib/runtime/retry.ts";
import type { DaySnapshot } from "../../lib/staging/days.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import { retriedStaging } from "../../lib/staging/retried.ts";
import { dump } from "../../lib/steps/dump.ts";
import { engineTests, NOW } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";

const engineTest = engineTests();
const DAY = "2022-10-01";

engineTest("a snapshot that breaks off is begun anew, and its files are whole", async (engine) => {
  await engine.landText(jsonl(transactionMessage(), transactionMessage(), rateMessage()));
  const [whole] = await engine.dump(DAY);
  const expected = await engine.partitionFile("transactions", DAY);
  let snapshots = 0;
  /** Of the first one the second dataset's file breaks off behind its first bytes. */
  const breaking = (snapshot: DaySnapshot): DaySnapshot => ({
    ...snapshot,
    async copyDay(dataset, sink) {
      if (snapshots > 1 || dataset === "transactions") return await snapshot.copyDay(dataset, sink);
      sink(new TextEncoder().encode("half a row"));
      throw new FinpipeError("unreachable", "The connection is lost");
    },
  });
  const session = {
    days: {
      staged: (range) => engine.staging.days.staged(range),
      recordDumps: (dumps) => engine.staging.days.recordDumps(dumps),
      snapshot: (day, work) =>
        engine.staging.days.snapshot(day, (snapshot) => {
          snapshots++;
          return work(breaking(snapshot));
        }),
    },
  } as Pick<StagingRepository, "days"> as StagingRepository;
  const staging = retriedStaging((work) =>
    retrying(() => work(session), {
      retryFor: 10_000,
      firstDelay: 1,
      signal: new AbortController().signal,
    })
  );
  const { workDir, log } = engine;
  const signal = new AbortController().signal;
  const run = runOfPartition(Temporal.PlainDate.from(DAY));
  const options = { datasets: DATASET_NAMES, requireComplete: false };
  const manifests = await dump({ staging, workDir, log, now: () => NOW, signal }, run, options);
  assert.equal(snapshots, 2);
  assert.deepEqual(manifests.map(({ rows }) => rows), [2, 1]);
  assert.equal(manifests[0]!.sha256, whole!.sha256);
  assert.equal(await engine.partitionFile("transactions", DAY), expected);
  assert.equal((await engine.partitionFile("currencies", DAY)).split("\n").length, 2);
  for (const dataset of DATASET_NAMES) {
    const names = (await Array.fromAsync(Deno.readDir(join(workDir, "partitions", dataset))))
      .map(({ name }) => name).sort();
    assert.deepEqual(names, [".lock", `${DAY}.csv`, `${DAY}.manifest.json`]);
  }
});
