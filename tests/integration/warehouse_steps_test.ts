/** The steps `load`, `dwh` and `cdm` on a warehouse, and what they say. */
import assert from "node:assert/strict";
import type { DatasetName } from "../../lib/events/dataset.ts";
import { partitionPaths } from "../../lib/partitions/manifest_file.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { cdm, type CdmOptions, type CdmReport } from "../../lib/steps/cdm.ts";
import { dwh, type DwhReport } from "../../lib/steps/dwh.ts";
import { load, type LoadOptions } from "../../lib/steps/load.ts";
import { undoLoad, type UndoReport } from "../../lib/steps/undo_load.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { recordingLog } from "../support/logs.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import {
  STRICT_LIMITS,
  type TestWarehouse,
  warehouseTests,
} from "../support/warehouse/warehouses.ts";
import {
  csv,
  type Row,
  writePartition,
  writePartitionText,
} from "../support/partitions/reference.ts";

const warehouseTest = warehouseTests();
const DAY = "2022-10-01";
const run = runOfPartition(Temporal.PlainDate.from(DAY));
const BOTH: LoadOptions = {
  datasets: ["transactions", "currencies"],
  maxRejected: 0,
  force: false,
};

const DONE = { statuses: ["done"], strict: false };

/** What the steps take, and the log that they wrote. */
function depsOf({ warehouse, workDir }: TestWarehouse) {
  const { log, lines } = recordingLog();
  return { warehouse, workDir, log, signal: new AbortController().signal, lines };
}

async function writeDay(test: TestWarehouse, transactions: Row[], currencies: Row[]) {
  await writePartition(test.workDir, "transactions", DAY, transactions);
  await writePartition(test.workDir, "currencies", DAY, currencies);
}

/** Dataset and outcome of each load. */
function outcomes({ datasets }: { datasets: { dataset: DatasetName; outcome: string }[] }) {
  return datasets.map(({ dataset, outcome }) => `${dataset} ${outcome}`);
}

warehouseTest("a file that is already loaded is left alone, and that is said", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writeDay(test, [transaction(DAY)], []);
  assert.deepEqual(outcomes(await load(deps, run, BOTH)), [
    "transactions loaded",
    "currencies loaded",
  ]);
  await writePartition(test.workDir, "currencies", DAY, [rate(DAY)]);
  const second = await load(deps, run, BOTH);
  assert.deepEqual(outcomes(second), ["transactions unchanged", "currencies loaded"]);
  assert.equal(second.datasets[0]!.rows, 1n);
  await deps.log.flush();
  assert.match(deps.lines.join(""), /Kept transactions for 2022-10-01: /);
});

warehouseTest(
  "a day that is not as it was loaded is loaded again; so is any by force",
  async (test) => {
    await test.migrate();
    const deps = depsOf(test);
    await writeDay(test, [transaction(DAY), transaction(DAY)], []);
    await load(deps, run, BOTH);
    await test.query("UPDATE staging.transactions SET amount = amount + 1");
    const changed = await load(deps, run, BOTH);
    assert.deepEqual(outcomes(changed), ["transactions loaded", "currencies unchanged"]);
    await test.query("DELETE FROM staging.transactions");
    assert.equal((await load(deps, run, BOTH)).datasets[0]!.outcome, "loaded");
    const forced = await load(deps, run, { ...BOTH, force: true });
    assert.deepEqual(outcomes(forced), ["transactions loaded", "currencies loaded"]);
  },
);

warehouseTest("one dataset alone needs its own file only", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writePartition(test.workDir, "currencies", DAY, []);
  const { datasets } = await load(deps, run, { ...BOTH, datasets: ["currencies"] });
  assert.equal(datasets.length, 1);
});

warehouseTest("every file is proven before the first is loaded", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writePartition(test.workDir, "transactions", DAY, [transaction(DAY)]);
  await assert.rejects(load(deps, run, BOTH), (error) => isKind(error, "prerequisite"));
  const file = await writePartition(test.workDir, "currencies", DAY, [rate(DAY)]);
  await Deno.writeTextFile(file.path, csv([rate(DAY)]));
  await assert.rejects(load(deps, run, BOTH), (error) => isKind(error, "data"));
  assert.deepEqual(await test.query("SELECT * FROM staging.loads"), []);
});

warehouseTest(
  "rows refused within the limit are warned of, with both control totals",
  async (test) => {
    await test.migrate();
    const deps = depsOf(test);
    const rows = [transaction(DAY, { amount: "5" }), transaction(DAY, { amount: "secret" })];
    const figures = { rows: 2, control_total: "12" };
    await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
    const options: LoadOptions = { ...BOTH, datasets: ["transactions"], maxRejected: 1 };
    const { datasets: [done] } = await load(deps, run, options);
    assert.deepEqual(done, {
      dataset: "transactions",
      outcome: "loaded",
      rows: 1n,
      rowsBefore: undefined,
      refused: 1n,
      controlTotal: "5",
      manifestControlTotal: "12",
    });
    await deps.log.flush();
    assert.match(deps.lines.join(""), /warn: Refused rows .* manifest_rows=2 rows=1 refused=1/);
    assert.doesNotMatch(deps.lines.join(""), /secret/);
    // The same file again: it is the day that stands.
    assert.equal((await load(deps, run, options)).datasets[0]!.outcome, "unchanged");
  },
);

warehouseTest(
  "of a pair in which one would shrink nothing is loaded, by force neither; each says what stood",
  async (test) => {
    await test.migrate();
    const deps = depsOf(test);
    await writeDay(test, [transaction(DAY)], [rate(DAY), rate(DAY)]);
    await load(deps, run, BOTH);
    await writeDay(test, [transaction(DAY), transaction(DAY)], [rate(DAY)]);
    for (const force of [false, true]) {
      await assert.rejects(load(deps, run, { ...BOTH, force }), (error) => {
        assert.ok(isKind(error, "data"));
        assert.match(error.message, /^Refused to shrink currencies .* has 1 row, .* had 2$/);
        return true;
      });
    }
    assert.equal((await test.warehouse.measureDay("transactions", run.partition)).rows, 1n);
    const { datasets } = await load(deps, run, { ...BOTH, allowShrink: true });
    assert.deepEqual(datasets.map(({ rowsBefore, rows }) => [rowsBefore, rows]), [
      [1n, 2n],
      [2n, 1n],
    ]);
    await deps.log.flush();
    assert.match(deps.lines.join(""), /Loaded transactions .* rows=2 rows_before=1 refused=0/);
    // A day that is left alone tells it, too.
    const [again] = (await load(deps, run, BOTH)).datasets;
    assert.deepEqual([again!.outcome, again!.rowsBefore, again!.rows], ["unchanged", 2n, 2n]);
  },
);

warehouseTest("what another load brought meanwhile is not shrunk either", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writeDay(test, [transaction(DAY)], []);
  const { warehouse } = test;
  // The record is read before the load's lock is taken; a load of three rows comes between.
  const between = new Proxy(warehouse, {
    get(target, name) {
      if (name !== "replaceDay") return Reflect.get(target, name).bind(target);
      return async (...args: Parameters<typeof warehouse.replaceDay>) => {
        const rows = [transaction(DAY), transaction(DAY), transaction(DAY)];
        const folder = `${test.workDir}/other`;
        const other = await writePartition(folder, "transactions", DAY, rows);
        await warehouse.replaceDay(other, STRICT_LIMITS);
        return await warehouse.replaceDay(...args);
      };
    },
  });
  await assert.rejects(load({ ...deps, warehouse: between }, run, BOTH), (error) => {
    assert.ok(isKind(error, "data"));
    assert.match(error.message, /^Refused to shrink transactions .* has 1 row, .* had 3$/);
    return true;
  });
  assert.equal((await warehouse.measureDay("transactions", run.partition)).rows, 3n);
});

warehouseTest("both files are of one snapshot, or nothing is loaded", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writeDay(test, [transaction(DAY)], []);
  const { manifest } = partitionPaths(test.workDir, "currencies", run.partition);
  const text = await Deno.readTextFile(manifest);
  for (const snapshot of ["another", undefined]) {
    await Deno.writeTextFile(manifest, JSON.stringify({ ...JSON.parse(text), snapshot }));
    for (const options of [BOTH, { ...BOTH, force: true, allowShrink: true }]) {
      await assert.rejects(load(deps, run, options), (error) => isKind(error, "prerequisite"));
    }
    assert.equal(await test.warehouse.loadRecord("transactions", run.partition), undefined);
  }
  await load(deps, run, { ...BOTH, datasets: ["currencies"] });
  await Deno.writeTextFile(manifest, text);
  assert.deepEqual(outcomes(await load(deps, run, BOTH)), [
    "transactions loaded",
    "currencies unchanged",
  ]);
});

warehouseTest(
  "a dump while transactions are loaded does not change which currencies are",
  async (test) => {
    await test.migrate();
    const deps = depsOf(test);
    await writeDay(test, [transaction(DAY)], [rate(DAY)]);
    const { warehouse } = test;
    const dumping = new Proxy(warehouse, {
      get(target, name) {
        if (name !== "replaceDay") return Reflect.get(target, name).bind(target);
        return async (...args: Parameters<typeof warehouse.replaceDay>) => {
          const [{ dataset }] = args;
          const done = await warehouse.replaceDay(...args);
          if (dataset === "transactions") {
            const folder = `${test.workDir}/new`;
            const { path } = await writePartition(folder, "currencies", DAY, [
              rate(DAY),
              rate(DAY),
            ]);
            const { data } = partitionPaths(test.workDir, "currencies", run.partition);
            await Deno.rename(path, data);
          }
          return done;
        };
      },
    });
    const { datasets } = await load({ ...deps, warehouse: dumping }, run, BOTH);
    assert.deepEqual(datasets.map(({ rows }) => rows), [1n, 1n]);
    const { rows } = await warehouse.measureDay("currencies", run.partition);
    assert.equal(rows, 1n);
  },
);

warehouseTest("undo puts back what has one, and fails where nothing has", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writeDay(test, [transaction(DAY)], [rate(DAY)]);
  await load(deps, run, BOTH);
  await writePartition(test.workDir, "transactions", DAY, [transaction(DAY), transaction(DAY)]);
  await load(deps, run, BOTH);
  assert.deepEqual(await undoLoad(deps, run, ["currencies"]), {
    ...run,
    isCoreStale: false,
    isMartStale: false,
    datasets: [{ dataset: "currencies", outcome: "never loaded", rows: 0n }],
  });
  assert.deepEqual((await undoLoad(deps, run, BOTH.datasets)).datasets, [
    { dataset: "transactions", outcome: "put back", rows: 1n },
    { dataset: "currencies", outcome: "none" },
  ]);
  for (const names of [BOTH.datasets, ["transactions"] as const]) {
    await assert.rejects(undoLoad(deps, run, names), (error) => isKind(error, "failed"));
  }
  // The file that was undone is loaded again: the record is that of the day before it.
  assert.deepEqual(outcomes(await load(deps, run, BOTH)), [
    "transactions loaded",
    "currencies loaded",
  ]);
});

warehouseTest(
  "undo says that core and mart are stale, and what comes of dwh, cdm and of a backfill",
  async (test) => {
    await test.migrate();
    const deps = depsOf(test);
    const said = async (work: () => Promise<unknown>) => {
      deps.lines.length = 0;
      const result = await work();
      await deps.log.flush();
      return { result, text: deps.lines.join("") };
    };
    const undo = () => said(() => undoLoad(deps, run, BOTH.datasets));
    await writeDay(test, [transaction(DAY)], [rate(DAY)]);
    await load(deps, run, BOTH);
    const unbuilt = await undo();
    assert.match(unbuilt.text, /^A backfill that covers the day loads the dump again$/m);

    await load(deps, run, BOTH);
    await dwh(deps, run);
    await cdm(deps, run, DONE);
    const gone = await undo();
    assert.match(
      gone.text,
      /^warn: The core and the mart of 2022-10-01 still show .* and 'finpipe cdm 2022-10-02' remove them; a backfill/m,
    );
    const removed = await said(() => dwh(deps, run));
    assert.match(
      removed.text,
      /^warn: Removed the core of 2022-10-01.* transactions=1 currency_rates=1$/m,
    );
    assert.deepEqual((removed.result as DwhReport).takenAway, {
      transactions: 1,
      currencyRates: 1,
    });
    await assert.rejects(dwh(deps, run), (error) => isKind(error, "prerequisite"));
    const { text, result } = await said(() => cdm(deps, run, DONE));
    assert.match(text, /^warn: Removed the mart of 2022-10-01.* rows=1 left_out=0$/m);
    assert.deepEqual((result as CdmReport).takenAway, { rows: 1, leftOut: 0 });

    await load(deps, run, BOTH);
    await writeDay(test, [transaction(DAY), transaction(DAY)], [rate(DAY)]);
    await load(deps, run, BOTH);
    await dwh(deps, run);
    await cdm(deps, run, DONE);
    const back = await undo();
    const { isCoreStale, isMartStale } = back.result as UndoReport;
    assert.deepEqual([isCoreStale, isMartStale], [true, true]);
    assert.match(
      back.text,
      /^warn: The core and the mart of 2022-10-01 are stale: 'finpipe dwh .* now; a backfill/m,
    );
  },
);

warehouseTest("cdm warns of old rates, and of what the day does not have", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await test.load("currencies", "2022-09-28", [rate("2022-09-28")]);
  await test.load("currencies", "2022-09-27", [rate("2022-09-27", { currency_code: "440" })]);
  await writeDay(test, [
    ...["420", "430", "440"].map((code) => transaction(DAY, { currency_code: code })),
  ], []);
  await load(deps, run, BOTH);
  const warnings = async (options: Partial<CdmOptions>) => {
    deps.lines.length = 0;
    await cdm(deps, run, { ...DONE, ...options });
    await deps.log.flush();
    return deps.lines.filter((line) => line.startsWith("warn"));
  };
  assert.deepEqual(await warnings({}), [
    "warn: Used dollar rates that are older than 3 days (--max-rate-age) for 2022-10-01: currency " +
    "440 at the rate of 2022-09-27\n",
  ]);
  assert.deepEqual(await warnings({ maxRateAge: 4, statuses: ["done", "queued"] }), []);
  assert.match(
    (await warnings({ maxRateAge: 1 }))[0]!,
    /1 day .*430 at .*-28, currency 440 at .*-27/,
  );
  const typo = { maxRateAge: 9, statuses: ["dnoe"], types: ["c2c", "a\u001b", "b"] };
  assert.deepEqual(await warnings(typo), [
    'warn: No transaction of 2022-10-01 has the status "dnoe": is --statuses spelt right?\n',
    'warn: No transaction of 2022-10-01 has the type "a\\u001b" or "b": is --types spelt right?\n',
  ]);
});

warehouseTest("cdm warns of each currency that it leaves out", async (test) => {
  await test.migrate();
  const deps = depsOf(test);
  await writeDay(test, [transaction(DAY), transaction(DAY)], []);
  await load(deps, run, BOTH);
  const report = await cdm(deps, run, DONE);
  assert.deepEqual(report.leftOut, [{ currency: 430, transactions: 2n }]);
  assert.equal(String(report.runDate), "2022-10-02");
  await deps.log.flush();
  assert.match(
    deps.lines.join(""),
    /warn: Left currency 430 out .*2022-10-01: it has 2 counted .* no dollar rate/,
  );
});
