/** What staging says of its days, from its records: rows landed, the last dump, and what came since. */
import assert from "node:assert/strict";
import { dumpStanding } from "../../lib/standing/dump_standing.ts";
import { FIRST_DAY, LAST_DAY } from "../../lib/partitions/run_date.ts";
import { engineTests } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { addRejected, replayOn } from "../support/staging/rejected.ts";

const engineTest = engineTests();
const ALL = { from: FIRST_DAY, to: LAST_DAY };
const DAY = Temporal.PlainDate.from("2022-10-01");

/** A transaction of its own. */
function payment(time: string): string {
  return transactionMessage({ transaction_dt: time }, { object_id: crypto.randomUUID() });
}

engineTest("days are told with their dumps, and with sources where they differ", async (engine) => {
  const path = await engine.write("a.jsonl", jsonl(payment("2022-10-01 10:00:00"), rateMessage()));
  await engine.land(path);
  const manifests = await engine.dump("2022-10-01");
  await engine.dump("2022-09-30");
  const one = await engine.write(
    "b.jsonl",
    jsonl(payment("2022-10-01 23:59:59"), payment("2022-10-02 00:00:00")),
  );
  await engine.land(one);
  await addRejected(engine.session, payment("2022-10-01 12:00:00"));
  await replayOn(engine, {});

  const days = await engine.staging.days.staged(ALL);
  assert.deepEqual(
    days.map(({ day, dataset, landed, dump }) => [`${day}`, dataset, landed, dump?.stagedRows]),
    [
      ["2022-09-30", "currencies", 0, 0],
      ["2022-09-30", "transactions", 0, 0],
      ["2022-10-01", "currencies", 1, 1],
      ["2022-10-01", "transactions", 3, 1],
      ["2022-10-02", "transactions", 1, undefined],
    ],
  );
  const [, , currencies, transactions] = days;
  assert.equal(transactions!.dump!.sha256, manifests[0]!.sha256);
  assert.equal(`${transactions!.dump!.createdAt}Z`, manifests[0]!.created_at);
  assert.deepEqual(currencies!.sources, []);
  assert.deepEqual(transactions!.sources, [
    { source: path, partition: 0, rows: 1 },
    { source: one, partition: 0, rows: 1 },
  ]);
  assert.deepEqual(transactions!.dump!.sources, [{ source: path, partition: 0, rows: 1 }]);
  const { state, cause } = dumpStanding({
    day: DAY,
    staged: { transactions: transactions!, currencies: currencies! },
    loads: { transactions: undefined, currencies: undefined },
    unfinished: undefined,
    core: undefined,
    mart: undefined,
  });
  assert.equal(state, "stale");
  assert.equal(
    cause,
    `2 rows of transactions landed since (1 from ${one}[0], 1 replayed)`,
  );
  const onlyOne = await engine.staging.days.staged({ from: DAY, to: DAY });
  assert.deepEqual(onlyOne.map(({ dataset }) => dataset), ["currencies", "transactions"]);
});
