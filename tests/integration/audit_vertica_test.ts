/** What comes between the statements by which a Vertica warehouse is counted for an audit. */
import assert from "node:assert/strict";
import type { Query } from "../../lib/sql/query.ts";
import type { SqlValues } from "../../lib/sql/template.ts";
import { readBooks } from "../../lib/warehouse/vertica/books.ts";
import { VerticaScope } from "../../lib/warehouse/vertica/scope.ts";
import { DAY, day, type ServerPlace, serverTest } from "../support/vertica/conditions.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { rate } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

const DONE = { statuses: ["done"], strict: false };
const RANGE = { from: day, to: day.add({ days: 5 }) };

/** Does something else after a query. */
class WatchedScope extends VerticaScope {
  after: { query: string; work: () => Promise<unknown> } | undefined;

  override async select<Row>(query: Query<Row>, values?: SqlValues): Promise<Row[]> {
    const rows = await super.select(query, values);
    if (this.after !== undefined && query.name.endsWith(`/${this.after.query}`)) {
      const { work } = this.after;
      this.after = undefined;
      await work();
    }
    return rows;
  }
}

/** Days that are found to have changed where this is done after a query of the reading. */
async function movedBy(
  { vertica, schemas }: ServerPlace,
  query: string,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const session = await vertica.session();
  try {
    const connect = () => vertica.session();
    const scope = new WatchedScope({ session, schemas, now: () => NOW, connect });
    scope.after = { query, work };
    const { moved } = await readBooks(scope, RANGE, true);
    assert.equal(scope.after, undefined, `${query} was not run`);
    return [...moved];
  } finally {
    await session.close();
  }
}

serverTest("a load, an undo and builds in between are seen, each of its day", async (place) => {
  const { warehouse } = place;
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-audit-" });
  try {
    const currencies = await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
    await warehouse.replaceDay(currencies, STRICT_LIMITS);
    await place.load(1);
    await warehouse.buildMart(day, DONE);
    const build = () => warehouse.buildMart(day, DONE);
    const loadAndUndo = async () => {
      await place.load(2);
      await warehouse.undoDay("transactions", day);
    };
    assert.deepEqual(await movedBy(place, "books_builds", () => Promise.resolve()), []);
    assert.deepEqual(await movedBy(place, "books_builds", build), [DAY]);
    const buildCore = () => warehouse.buildCore(day);
    assert.deepEqual(await movedBy(place, "books_core_facts", buildCore), [DAY]);
    assert.deepEqual(await movedBy(place, "mart_read", () => place.load(3)), [DAY]);
    assert.deepEqual(await movedBy(place, "books_staged", loadAndUndo), [DAY]);
    assert.deepEqual(await movedBy(place, "books_staged", loadAndUndo), [DAY], "and once more");
    const other = RANGE.to.toString();
    const empty = await writePartition(workDir, "transactions", other, []);
    const loadOther = () => warehouse.replaceDay(empty, STRICT_LIMITS);
    assert.deepEqual(await movedBy(place, "books_rates", loadOther), [other]);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
