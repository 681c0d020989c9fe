/**
 * The core of the Vertica warehouse (contract, section 7).
 *
 * DDL and partition functions may commit, so a build is no single transaction. Side tables are filled in
 * one that also adds to the dimensions and writes down the build (`core_pending`); then each table of
 * facts is swapped, and a last transaction dates the accounts by the facts that stand now, records the
 * build and strikes out what was written down. A build that broke off before it leaves its entry, by which
 * the day is stale, and the next build of the day replaces all of it.
 */
import buildEnd from "../../../sql/warehouse/vertica/build_end.sql" with { type: "text" };
import buildWrite from "../../../sql/warehouse/vertica/build_write.sql" with { type: "text" };
import coreAccounts from "../../../sql/warehouse/vertica/core_accounts.sql" with { type: "text" };
import coreBuildRates from "../../../sql/warehouse/vertica/core_build_rates.sql" with {
  type: "text",
};
import coreCounted from "../../../sql/warehouse/vertica/core_counted.sql" with { type: "text" };
import coreDimensions from "../../../sql/warehouse/vertica/core_dimensions.sql" with {
  type: "text",
};
import coreDated from "../../../sql/warehouse/vertica/core_dated.sql" with { type: "text" };
import coreFacts from "../../../sql/warehouse/vertica/core_facts.sql" with { type: "text" };
import coreFirstSeen from "../../../sql/warehouse/vertica/core_first_seen.sql" with {
  type: "text",
};
import coreForget from "../../../sql/warehouse/vertica/core_forget.sql" with { type: "text" };
import coreNamed from "../../../sql/warehouse/vertica/core_named.sql" with { type: "text" };
import corePending from "../../../sql/warehouse/vertica/core_pending.sql" with { type: "text" };
import corePendingClear from "../../../sql/warehouse/vertica/core_pending_clear.sql" with {
  type: "text",
};
import corePendingWrite from "../../../sql/warehouse/vertica/core_pending_write.sql" with {
  type: "text",
};
import coreRates from "../../../sql/warehouse/vertica/core_rates.sql" with { type: "text" };
import coreSeenLater from "../../../sql/warehouse/vertica/core_seen_later.sql" with {
  type: "text",
};
import coreSideTablesSql from "../../../sql/warehouse/vertica/core_side_tables.sql" with {
  type: "text",
};
import coreStanding from "../../../sql/warehouse/vertica/core_standing.sql" with { type: "text" };
import coreUndated from "../../../sql/warehouse/vertica/core_undated.sql" with { type: "text" };
import loadedDatasets from "../../../sql/warehouse/vertica/loaded_datasets.sql" with {
  type: "text",
};
import martLock from "../../../sql/warehouse/vertica/mart_lock.sql" with { type: "text" };
import pendingOfDay from "../../../sql/warehouse/vertica/pending_of_day.sql" with { type: "text" };
import swap from "../../../sql/warehouse/vertica/swap.sql" with { type: "text" };
import { DATASET_NAMES } from "../../events/dataset.ts";
import { retrying } from "../../runtime/retry.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import * as is from "../../sql/columns.ts";
import { Identifier, type SqlValues, templatesOf } from "../../sql/template.ts";
import { coreBuildValues, LOADED_DATASET } from "../build_records.ts";
import {
  CORE_COUNTED,
  CORE_STANDING,
  coreDayValues,
  isShort,
  refuseUnequal,
  takenAwayCore,
} from "../core_results.ts";
import { brokenOff, neverLoaded, notLoaded } from "../mart_failures.ts";
import type { CoreResult } from "../repository.ts";
import { tablePath } from "../variables.ts";
import type { HeldLock } from "./held_lock.ts";
import { dropTables } from "./load/side_table.ts";
import { mayPass, MOST_SWAPS, SWAP_RETRY } from "./load/swap.ts";
import { compareByBytes } from "./locale.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";
import { coreSideTables } from "./variables.ts";

const PENDING = verticaQuery("pending_of_day", pendingOfDay, {
  dataset: is.oneOf(DATASET_NAMES),
  isUndo: is.boolean,
});
const LOADED_DATASETS = verticaQuery("loaded_datasets", loadedDatasets, LOADED_DATASET);
const BROKEN_OFF = verticaQuery("core_pending", corePending, {
  partitionDate: is.text,
  lastAccountKey: is.nullable(is.integer),
});
const SEEN_LATER = verticaQuery("core_seen_later", coreSeenLater, { accounts: is.integer });
const COUNTED = verticaQuery("core_counted", coreCounted, CORE_COUNTED);
const STANDS = verticaQuery("core_standing", coreStanding, CORE_STANDING);
const BUILD_END = templatesOf(buildEnd);
const BUILD_WRITE = templatesOf(buildWrite);
const ACCOUNTS = templatesOf(coreAccounts);
const BUILD_RATES = templatesOf(coreBuildRates);
const DATED = templatesOf(coreDated);
const DIMENSIONS = templatesOf(coreDimensions);
const FACTS = templatesOf(coreFacts);
const FIRST_SEEN = templatesOf(coreFirstSeen);
const FORGET = templatesOf(coreForget);
const NAMED = templatesOf(coreNamed);
const PENDING_CLEAR = templatesOf(corePendingClear);
const PENDING_WRITE = templatesOf(corePendingWrite);
const RATES = templatesOf(coreRates);
const SIDE_TABLES = templatesOf(coreSideTablesSql);
const STAGING_LOCK = templatesOf(martLock);
const UNDATED = templatesOf(coreUndated);
const SWAP = templatesOf(swap);

/** A build that is about to be swapped in: what comes of it, and what its record says. */
interface Filled {
  result: CoreResult;
  record: SqlValues;
}

/**
 * Rebuilds one day of the core: readers see each table of facts with the old day or with the new one.
 * Takes away what stands where a load that it was built from stands no more.
 *
 * A swap that failed, and may succeed when it is tried again, has the build begin anew: whichever of the
 * two tables has the new day by then, it gets a newer one.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and nothing
 * stands, or where nobody knows what came of a load; `data` where a row of staging does not give one fact
 */
export async function buildCore(
  scope: VerticaScope,
  lock: HeldLock,
  day: Temporal.PlainDate,
): Promise<CoreResult> {
  let tries = 0;
  let isSwapping = false;
  return await retrying(async () => {
    tries++;
    isSwapping = false;
    const buildId = crypto.randomUUID();
    const sides = coreSideTables(buildId);
    const values = {
      ...coreDayValues(day),
      build_id: buildId,
      step: "dwh",
      now: scope.timestamp,
      source: SIGNATURE,
      transactions_side: new Identifier(sides.transactions),
      rates_side: new Identifier(sides.rates),
    };
    // Of the session, which may be another one than that of the try before.
    await compareByBytes(scope);
    await dropSides(scope);
    await mendBrokenOff(scope, day, values);
    try {
      await scope.commit(SIDE_TABLES, values);
      const { result, record } = await scope.transaction(() => fill(scope, day, values));
      await lock.check();
      isSwapping = true;
      const { stagingSchema, martSchema } = scope.schemas;
      for (
        const [side, target] of [
          [sides.transactions, "fct_transactions"],
          [sides.rates, "fct_currency_rates"],
        ] as const
      ) {
        await scope.commit(SWAP, {
          ...values,
          side_table_path: tablePath(stagingSchema, side),
          dataset_table_path: tablePath(martSchema, target),
        });
      }
      isSwapping = false;
      // Whoever has the lock by now may have swapped in a day of his own.
      await lock.check();
      await scope.transaction(async () => {
        await dateAccounts(scope, values);
        await scope.run([...BUILD_END, ...BUILD_WRITE, ...PENDING_CLEAR], { ...values, ...record });
      });
      return result;
    } finally {
      // Its own alone: where the lock was lost, others are in use. What stays is dropped by the next build.
      if (!scope.session.isBroken) await dropSides(scope, Object.values(sides)).catch(() => {});
    }
  }, { ...SWAP_RETRY, isRetriable: (error) => isSwapping && tries < MOST_SWAPS && mayPass(error) });
}

/** In a transaction that sees one state of staging: no day is swapped in there until it ends. */
async function fill(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  values: SqlValues,
): Promise<Filled> {
  await scope.run(STAGING_LOCK);
  const pending = await scope.selectFirst(PENDING, values);
  if (pending !== undefined) throw brokenOff("core", day, pending);
  const loads = await scope.select(LOADED_DATASETS, values);
  const missing = notLoaded(loads.map(({ dataset }) => dataset));
  if (missing.length > 0) {
    const result = takenAwayCore(await scope.selectOne(STANDS, values));
    if (result === undefined) throw neverLoaded("core", day, missing);
    await scope.run(PENDING_WRITE, values);
    return { result, record: coreBuildValues(loads, result, 0) };
  }
  await scope.run([...PENDING_WRITE, ...ACCOUNTS, ...FACTS, ...RATES], values);
  let counted = await scope.selectOne(COUNTED, values);
  if (isShort(counted)) {
    await scope.run([...DIMENSIONS, ...FACTS], values);
    counted = await scope.selectOne(COUNTED, values);
  }
  refuseUnequal(day, counted);
  await scope.run([...NAMED, ...BUILD_RATES], values);
  const { transactions, currencyRates, withoutRate } = counted;
  const result = { transactions, currencyRates };
  return { result, record: coreBuildValues(loads, result, withoutRate) };
}

/**
 * Undoes what builds left that broke off. The accounts that one added have its day as their first date,
 * whether or not it swapped facts in that name them: they are dated by the facts that stand. The rates that
 * one of this day wrote belong to nothing.
 */
async function mendBrokenOff(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  values: SqlValues,
): Promise<void> {
  await scope.transaction(async () => {
    for (const { partitionDate, lastAccountKey } of await scope.select(BROKEN_OFF)) {
      const brokenDay = Temporal.PlainDate.from(partitionDate);
      const ofDay = coreDayValues(brokenDay);
      if (lastAccountKey !== null) {
        await scope.run(UNDATED, { ...ofDay, last_account_key: lastAccountKey });
        await dateAccounts(scope, ofDay);
        await scope.run(DATED, ofDay);
      }
      if (brokenDay.equals(day)) await scope.run(FORGET, values);
    }
  });
}

/** Dates accounts by the facts of the day that stand, in a transaction; most days are no account's first. */
async function dateAccounts(scope: VerticaScope, values: SqlValues): Promise<void> {
  const { accounts } = await scope.selectOne(SEEN_LATER, values);
  if (accounts > 0) await scope.run(FIRST_SEEN, values);
}

/**
 * Drops side tables: those named, or all. Under the lock, all that are there are of this build, or of one
 * that died.
 */
function dropSides(scope: VerticaScope, names?: readonly string[]): Promise<void> {
  const pattern = names === undefined
    ? /^fct_(transactions|currency_rates)_build_[0-9a-f]{12}$/
    : new RegExp(`^(${names.join("|")})$`);
  return dropTables(scope, "fct!_%!_build!_%", pattern);
}
