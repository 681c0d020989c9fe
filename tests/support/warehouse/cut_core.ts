/** Builds of the core that lose their connection: what may stand then, and what the next build makes of it. */
import assert from "node:assert/strict";
import { rate, transaction } from "../partitions/rows.ts";
import { writePartition } from "../partitions/reference.ts";
import { CutLoadPlace, day, type Judge } from "../vertica/cut_load_place.ts";
import { STRICT_LIMITS } from "./warehouses.ts";

const DAY = String(day);

/** Days that differ in their number of facts and rates, in accounts and texts. */
const VERSIONS = [
  { amounts: ["1", "4"], rates: 1 },
  { amounts: ["2", "3", "5"], rates: 2 },
] as const;

/** A day whose core is built from the first version of it. */
export async function openCutCore(): Promise<CutLoadPlace> {
  const place = await CutLoadPlace.open();
  await loadVersion(place, 0);
  await place.straight.buildCore(day);
  return place;
}

/** Loads a version of the day. */
export async function loadVersion(place: CutLoadPlace, version: 0 | 1): Promise<void> {
  const { amounts, rates } = VERSIONS[version];
  const rows = amounts.map((amount) =>
    transaction(DAY, { amount, account_number_from: amount, country: amount })
  );
  await place.load(rows);
  const codes = ["430", "440"].slice(0, rates);
  const file = await writePartition(
    place.workDir,
    "currencies",
    DAY,
    codes.map((currency_code) => rate(DAY, { currency_code })),
  );
  await place.straight.replaceDay(file, STRICT_LIMITS);
}

/** Which version each table of facts has: `0 0`, or `1 0` between two swaps. */
export async function coreStanding(place: CutLoadPlace): Promise<string> {
  const facts = await place.query("SELECT amount FROM mart.v_transactions ORDER BY amount");
  const rates = await place.query("SELECT rate FROM mart.fct_currency_rates");
  const amounts = facts.map(({ amount }) => amount).join();
  const first = VERSIONS.findIndex((version) => version.amounts.join() === amounts);
  const second = VERSIONS.findIndex((version) => version.rates === rates.length);
  assert.ok(first >= 0 && second >= 0, `facts ${amounts}, ${rates.length} rates`);
  return `${first} ${second}`;
}

/** Keys of all members, by what they stand for. */
async function members(place: CutLoadPlace): Promise<Map<string, string>> {
  const rows = await place.query(
    `SELECT 'account ' || CAST(account_number AS VARCHAR(20)) AS member, account_key AS key
     FROM mart.dim_accounts
     UNION ALL SELECT 'country ' || country, country_key FROM mart.dim_countries
     UNION ALL SELECT 'status ' || status, status_key FROM mart.dim_statuses
     UNION ALL SELECT 'type ' || transaction_type, transaction_type_key
     FROM mart.dim_transaction_types`,
  );
  const found = new Map(rows.map(({ member, key }) => [String(member), String(key)]));
  assert.equal(found.size, rows.length, "no member twice");
  return found;
}

/** Whether a build is written down and not recorded. */
export async function isUnfinished(place: CutLoadPlace): Promise<boolean> {
  const [facts] = await place.straight.dayFacts({ from: day, to: day });
  return facts!.core!.unfinished;
}

/**
 * Builds the day with a fault, then again without one.
 *
 * @param version that is loaded; the other one's core stands
 * @returns what stood between the two, and whether the first one failed
 * @throws AssertionError where something is not as it must be
 */
export async function buildWithFault(
  place: CutLoadPlace,
  version: 0 | 1,
  judge: Judge,
): Promise<{ standing: string; hasFailed: boolean }> {
  const before = await members(place);
  const error = await place.behindProxy(judge, (warehouse) => warehouse.buildCore(day));
  const standing = await coreStanding(place);
  const recorded = await recordedLoad(place);
  const isWhole = standing === `${version} ${version}` && recorded;
  // What stands is of one version, or the day is known to be unfinished.
  if (!await isUnfinished(place)) {
    const old = `${1 - version} ${1 - version}`;
    assert.ok(isWhole || (standing === old && !recorded), `${standing}, recorded: ${recorded}`);
  }
  if (error === undefined) assert.ok(isWhole);
  await place.straight.buildCore(day);
  assert.equal(await coreStanding(place), `${version} ${version}`);
  assert.ok(await recordedLoad(place));
  assert.equal(await isUnfinished(place), false);
  const after = await members(place);
  for (const [member, key] of before) assert.equal(after.get(member), key, member);
  await assertTidy(place);
  return { standing, hasFailed: error !== undefined };
}

/** Whether the build that stands is of the loads that stand. */
async function recordedLoad(place: CutLoadPlace): Promise<boolean> {
  const rows = await place.query(
    `SELECT loads.load_id FROM staging.builds JOIN staging.loads
       ON loads.load_id IN (builds.transactions_load_id, builds.currencies_load_id)
     WHERE builds.stands AND builds.step = 'dwh'`,
  );
  return rows.length === 2;
}

/** No side table is left, and no rate of a build that was not recorded. */
export async function assertTidy(place: CutLoadPlace): Promise<void> {
  const tables = await place.query(
    `SELECT table_name FROM v_catalog.tables
     WHERE table_schema = '${place.stagingSchema}' AND table_name LIKE 'fct!_%' ESCAPE '!'`,
  );
  assert.deepEqual(tables, []);
  const lost = await place.query(
    "SELECT build_id FROM staging.build_rates WHERE build_id NOT IN (SELECT build_id FROM staging.builds)",
  );
  assert.deepEqual(lost, []);
}
