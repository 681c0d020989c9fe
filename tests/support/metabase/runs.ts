/** Runs of deploy/metabase against a stand-in, and what must be there after them. */
import assert from "node:assert/strict";
import { Metabase } from "../../../deploy/metabase/client.ts";
import { Failure } from "../../../deploy/metabase/failure.ts";
import { provision } from "../../../deploy/metabase/provision.ts";
import type { Settings } from "../../../deploy/metabase/settings.ts";
import { martTables } from "./mart.ts";
import { type Asked, type Fault, type Made, MetabaseStandIn } from "./stand_in.ts";

export const SCHEMA = "finpipe_mart";
export const VERTICA = {
  host: "vertica",
  port: 5433,
  dbname: "VMart",
  user: "reader",
  password: `s3"c'r\\t`,
};
export const PASSWORD = `it's a "long" one\\`;
export const TABLES = await martTables(SCHEMA);

/** A stand-in; by default a new Metabase beside a Vertica with the mart. */
export function standIn(made: Partial<Made> = {}): Promise<MetabaseStandIn> {
  return MetabaseStandIn.start({ vertica: VERTICA, tables: TABLES, ...made });
}

/** What its settings are, if nothing is changed. */
function settingsFor(metabase: MetabaseStandIn, changes: Partial<Settings> = {}): Settings {
  return {
    url: metabase.url,
    email: "anna@example.com",
    password: PASSWORD,
    vertica: { ...VERTICA, options: "" },
    schema: SCHEMA,
    wait: 300,
    ...changes,
  };
}

/** One run, with a clock that goes as it sleeps. @returns what it said; its failure, if it failed */
async function run(
  metabase: MetabaseStandIn,
  changes: Partial<Settings> = {},
): Promise<{ said: string; failure: Failure | undefined }> {
  const settings = settingsFor(metabase, changes);
  const said: string[] = [];
  let clock = 0;
  let failure;
  try {
    const client = new Metabase(settings.url, [settings.password, settings.vertica.password]);
    await provision(client, {
      settings,
      say: (line) => said.push(line),
      now: () => clock,
      sleep: (milliseconds) => {
        clock += milliseconds;
        return Promise.resolve();
      },
    });
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    failure = error;
  }
  const told = [...said, failure?.message ?? "", failure?.hint ?? ""].join("\n");
  for (const secret of [settings.password, settings.vertica.password]) {
    assert.ok(!told.includes(secret) && !told.includes(JSON.stringify(secret).slice(1, -1)), told);
  }
  return { said: said.join("\n"), failure };
}

/** A run that succeeds. @returns what it said */
export async function done(
  metabase: MetabaseStandIn,
  changes: Partial<Settings> = {},
): Promise<string> {
  const { said, failure } = await run(metabase, changes);
  assert.equal(failure, undefined, `${failure?.message}\n${JSON.stringify(metabase.asked.at(-1))}`);
  return said;
}

/** A run that fails. @returns how */
export async function failed(
  metabase: MetabaseStandIn,
  changes: Partial<Settings> = {},
): Promise<Failure> {
  const { failure } = await run(metabase, changes);
  assert.ok(failure !== undefined, "it did not fail");
  assert.match(failure.hint, /\w/);
  return failure;
}

/** What was asked that is no question. */
export function changesIn(metabase: MetabaseStandIn, from = 0): string[] {
  return metabase.asked.slice(from).filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path.replaceAll(/\d+/g, "N")}`);
}

/** What must be there after any run that succeeded. */
export function assertComplete({ state }: MetabaseStandIn): void {
  assert.equal(state.users.length, 1);
  assert.equal(state.connections.length, 1);
  assert.deepEqual(state.connections[0]!.details, VERTICA);
  const present = <T extends { archived: boolean }>(all: T[]) => all.filter((one) => !one.archived);
  assert.equal(present(state.collections).filter(({ name }) => name === "finpipe").length, 1);
  const table = (name: string) => state.tables.find((one) => one.name === name)!;
  const [dashboard, ...others] = present(state.dashboards).filter(({ name }) => name === "finpipe");
  assert.deepEqual(others, []);
  const [model, ...models] = present(state.cards).filter(({ type }) => type === "model");
  assert.deepEqual(models, []);
  assert.equal(model!.dataset_query.query["source-table"], table("v_transactions").id);
  const charts = ["Transactions", "Transactions per account", "Accounts", "Amount, US dollars"];
  const column = ["cnt_transactions", "avg_transactions_per_account"]
    .concat("cnt_accounts_make_transactions", "amount_total");
  const mart = table("global_metrics");
  const id = (name: string) => mart.fields.find((field) => field.name === name)!.id;
  assert.deepEqual(
    dashboard!.parameters.slice(0, 2).map(({ name, type }) => [name, type]),
    [["Dates", "date/range"], ["Currency", "number/="]],
  );
  for (const [index, name] of charts.entries()) {
    const [card, ...more] = present(state.cards).filter((one) => one.name === name);
    assert.deepEqual(more, [], name);
    const { query } = card!.dataset_query;
    assert.equal(query["source-table"], mart.id);
    assert.deepEqual(query.aggregation!.map(([, field]) => field[1]), [id(column[index]!)]);
    assert.deepEqual(query.breakout!.map((field) => field[1]), [
      id("date_update"),
      id("currency_from"),
    ]);
    const places = dashboard!.dashcards.filter((place) => place.card_id === card!.id);
    assert.equal(places.length, 1, name);
    // Both filters move it.
    const [first, second] = dashboard!.parameters;
    assert.deepEqual(
      places[0]!.parameter_mappings!.slice(0, 2).map((one) => [one.parameter_id, one.target[1][1]]),
      [[first!.id, id("date_update")], [second!.id, id("currency_from")]],
    );
  }
  assert.equal(mart.fields.find(({ name }) => name === "currency_from")!.has_field_values, "list");
  const cells = dashboard!.dashcards.flatMap(
    ({ dashboard_tab_id: tab, row, col, size_x, size_y }) => {
      assert.ok(col + size_x <= 24);
      return Array.from(
        { length: size_x * size_y },
        (_, i) => `${tab}:${row + Math.floor(i / size_x)}:${col + i % size_x}`,
      );
    },
  );
  assert.equal(new Set(cells).size, cells.length, "charts overlap");
}

/**
 * Asserts that a run says which request met a fault, and that the next one ends with all there, once. Each
 * request of a first run meets it, one after the other.
 */
export async function assertGoesOn(how: Fault, which: (asked: Asked) => boolean): Promise<void> {
  const metabase = await standIn({ unseen: 1 });
  await done(metabase);
  const { asked } = metabase;
  await metabase[Symbol.asyncDispose]();
  assert.ok(asked.length >= 18, `${asked.length}`);
  for (const [at, request] of asked.entries()) {
    if (!which(request)) continue;
    await using broken = await standIn({ unseen: 1 });
    broken.fault = { at, how };
    const { message, kind } = await failed(broken);
    assert.match(message, /^Could not \w+ .+: /);
    assert.ok(message.includes(`${request.method} ${request.path}`), message);
    assert.equal(kind, how === "refuses" ? "failed" : "unreachable", message);
    broken.fault = undefined;
    await done(broken);
    assertComplete(broken);
  }
}
