/** Partition files that are there and cannot be read. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { partitionPaths } from "../../lib/partitions/manifest_file.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const MANIFEST = {
  dataset: "currencies",
  partition: DAY.toString(),
  rows: 0,
  staged_rows: 0,
  bytes: 0,
  sha256: createHash("sha256").digest("hex"),
  control_total: "0.000000",
  created_at: "2022-10-02T00:00:00Z",
  version: "finpipe 0",
  sources: [],
  complete: null,
};

for (const name of ["manifest", "data"] as const) {
  Deno.test(`a ${name} file that cannot be read is a failure with a way out, and no bug`, async () => {
    const workDir = await Deno.makeTempDir();
    try {
      const paths = partitionPaths(workDir, "currencies", DAY);
      await Deno.mkdir(paths.folder, { recursive: true });
      await Deno.writeTextFile(paths.manifest, JSON.stringify(MANIFEST));
      await Deno.writeTextFile(paths.data, "");
      (await openPartitionFile(workDir, "currencies", DAY))[Symbol.dispose]();

      await Deno.remove(paths[name]);
      await Deno.mkdir(join(paths[name], "in-its-place"), { recursive: true });
      await assert.rejects(openPartitionFile(workDir, "currencies", DAY), (error) => {
        assert.ok(error instanceof FinpipeError, String(error));
        assert.equal(error.kind, "failed");
        assert.ok(error.message.startsWith(`Cannot read "${paths[name]}": `), error.message);
        return error.hint !== undefined;
      });
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  });
}
