/** What a load reads of its partition file, and says of it: over one session or several. */
import assert from "node:assert/strict";
import { rate, transaction } from "../support/partitions/rows.ts";
import { STRICT_LIMITS, warehouseTests } from "../support/warehouse/warehouses.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { DAY, isDataError, sideTables, undoTables } from "../support/warehouse/days.ts";

const warehouseTest = warehouseTests();
const day = Temporal.PlainDate.from(DAY);

/** Rows of a day that is so large that several sessions would copy it. */
const LARGE = { transactions: 8000, currencies: 14_000 };

for (const dataset of ["transactions", "currencies"] as const) {
  warehouseTest(
    `what is loaded of ${dataset} is what was proven, whatever is done to the file meanwhile`,
    async (test) => {
      await test.migrate();
      const rowsOf = (count: number) =>
        Array.from(
          { length: count },
          () => dataset === "transactions" ? transaction(DAY) : rate(DAY),
        );
      const old = await writePartition(test.workDir, dataset, DAY, rowsOf(1));
      await test.warehouse.replaceDay(old, STRICT_LIMITS);
      const record = await test.warehouse.loadRecord(dataset, day);
      const { path, manifest } = await writePartition(
        test.workDir,
        dataset,
        DAY,
        rowsOf(LARGE[dataset]),
      );
      assert.ok(manifest.bytes > 1 << 20);
      const text = await Deno.readTextFile(path);
      for (const streams of [1, 3]) {
        const limits = { ...STRICT_LIMITS, streams };
        // An editor writes into it, at its start, in its midst and at its end: as many rows, and
        // the same control total.
        for (const at of [40, text.length / 2, text.length - 100]) {
          await Deno.writeTextFile(path, text);
          using file = await openPartitionFile(test.workDir, dataset, day);
          await editYear(path, text, Math.floor(at));
          await assert.rejects(
            test.warehouse.replaceDay(file, limits),
            isDataError(/^Partition file changed while it was being loaded: .*2022-10-01\.csv$/),
          );
          assert.deepEqual(await test.warehouse.loadRecord(dataset, day), record);
          assert.equal((await test.warehouse.measureDay(dataset, day)).rows, 1n);
          assert.deepEqual(await sideTables(test), await undoTables(test));
        }
        // A dump puts another file in its place: what was opened is loaded.
        await Deno.writeTextFile(path, text);
        using file = await openPartitionFile(test.workDir, dataset, day);
        await Deno.writeTextFile(`${path}.tmp`, "");
        await Deno.rename(`${path}.tmp`, path);
        const loaded = await test.warehouse.replaceDay(file, limits);
        assert.equal(loaded.rows, BigInt(LARGE[dataset]));
        assert.equal(loaded.sha256, manifest.sha256);
        await test.warehouse.undoDay(dataset, day);
      }
    },
  );
}

for (const dataset of ["transactions", "currencies"] as const) {
  warehouseTest(
    `a load of ${dataset} says how far it is, and ends when it is told to`,
    async (test) => {
      await test.migrate();
      const rows = Array.from(
        { length: LARGE[dataset] },
        () => dataset === "transactions" ? transaction(DAY, { country: "" }) : rate(DAY),
      );
      const { manifest: { bytes } } = await writePartition(test.workDir, dataset, DAY, rows);
      for (const streams of [1, 3]) {
        const works: { work: string; of: number | undefined; bytes: number }[] = [];
        const watch = {
          begin: (work: string, of?: number) => void works.push({ work, of, bytes: 0 }),
          add: (bytes: number) => void (works.at(-1)!.bytes += bytes),
        };
        const stop = new AbortController();
        const options = { watch, signal: stop.signal };
        using file = await openPartitionFile(test.workDir, dataset, day, options);
        await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, streams });
        const said = works.map(({ work }) => work).filter((work, at, all) => work !== all[at - 1]);
        const isParted = said.includes("cutting");
        const isSearched = said.includes("looking at strings");
        assert.deepEqual(said, [
          "proving",
          ...(isParted ? ["cutting"] : []),
          "loading",
          ...(isSearched ? ["comparing", "looking at strings"] : []),
          "comparing",
          "swapping",
        ]);
        if (test.name === "vertica") {
          assert.deepEqual([isParted, isSearched], [streams > 1, dataset === "transactions"]);
        }
        for (const { work, of, bytes: read } of works) {
          if (work === "comparing" || work === "swapping") {
            assert.deepEqual([of, read], [undefined, 0]);
          } else assert.deepEqual([work, of, read], [work, bytes, bytes]);
        }
        stop.abort(new Error("told to"));
        const again = test.warehouse.replaceDay(file, { ...STRICT_LIMITS, streams });
        await assert.rejects(again, /told to/);
        await assert.rejects(
          openPartitionFile(test.workDir, dataset, day, options),
          /told to/,
        );
        const record = await test.warehouse.loadRecord(dataset, day);
        assert.equal(record?.rows, BigInt(rows.length));
      }
    },
  );
}

/** Changes the year of the first sent time that stands behind a place of the file. */
async function editYear(path: string, text: string, from: number): Promise<void> {
  const at = text.indexOf(",2022-10-01 00:00:00,", from);
  const found = at === -1 ? text.lastIndexOf(",2022-10-01 00:00:00,") : at;
  using file = await Deno.open(path, { write: true });
  await file.seek(found + 1, Deno.SeekMode.Start);
  await file.write(new TextEncoder().encode("2021"));
}
