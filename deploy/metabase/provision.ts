/**
 * Puts finpipe's mart into a Metabase, step by step. Each step looks first what is there, and makes what is
 * missing: run again it makes nothing twice, and after a failure it goes on. What people made beside it
 * stays: other cards and filters of the dashboard, the places and names of ours, the connection with its password.
 */
import type { Metabase } from "./client.ts";
import { collectionOf, keepCard } from "./collection.ts";
import { connect, listCurrencies, tablesOf } from "./connection.ts";
import { chartsOf, modelOf } from "./contents.ts";
import { dashboardOf, keepDashboard } from "./dashboard.ts";
import { signIn, waitForStart } from "./signing_in.ts";
import type { Surroundings } from "./surroundings.ts";

/** Does all of it. @throws Failure, see {@link Metabase.get} */
export async function provision(metabase: Metabase, around: Surroundings): Promise<void> {
  await waitForStart(metabase, around);
  await signIn(metabase, around);
  const database = await connect(metabase, around);
  const tables = await tablesOf(metabase, database, around);
  await listCurrencies(metabase, tables, around);
  const collection = await collectionOf(metabase, around);
  await keepCard(metabase, collection, modelOf(tables), around);
  const charts: number[] = [];
  for (const chart of chartsOf(tables)) {
    charts.push(await keepCard(metabase, collection, chart, around));
  }
  const dashboard = await dashboardOf(metabase, collection, around);
  await keepDashboard(metabase, dashboard, charts, tables, around);
  around.say(`Look at it: ${metabase.url}/dashboard/${dashboard}`);
}
