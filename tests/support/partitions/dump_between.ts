/**
 * A dump that stands still between its two manifests, for a test to kill: a process of its own, as
 * nothing else dies so. Arguments: the URL of staging, the work dir, the partition.
 */
import { DATASET_NAMES } from "../../../lib/events/dataset.ts";
import { runOfPartition } from "../../../lib/partitions/run_date.ts";
import { dump } from "../../../lib/steps/dump.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import { openSession } from "../engine/engines.ts";
import { SILENT } from "../logs.ts";

const [url, workDir, day] = Deno.args;
/** The clock is read for the whole dump, then for each of the manifests. */
const SECOND_MANIFEST = 3;
let readings = 0;

await dump(
  {
    staging: new PostgresStaging(await openSession(url!)),
    workDir: workDir!,
    log: SILENT,
    signal: new AbortController().signal,
    now() {
      if (++readings === SECOND_MANIFEST) {
        Deno.stdout.writeSync(new TextEncoder().encode("between"));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      }
      return Temporal.Now.instant();
    },
  },
  runOfPartition(Temporal.PlainDate.from(day!)),
  { datasets: DATASET_NAMES, requireComplete: false },
);
