/** Days that are taken out of staging: which, what is remembered, and what can be done with them since. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { dumpStanding } from "../../lib/standing/dump_standing.ts";
import { readDayFacts } from "../../lib/standing/day_facts.ts";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { engineTests, NOW, openSession, type TestEngine } from "../support/engine/engines.ts";
import { jsonl } from "../support/events/messages.ts";
import {
  landThrough,
  loadedDay,
  NEXT,
  OLD,
  payment,
  pruneOld,
  UNBALANCED,
} from "../support/prune/days.ts";
import { addRejected, outcomes, replayOn } from "../support/staging/rejected.ts";
import { closeGate, GATE, SOMEBODY_WAITS, untilRow } from "../support/until.ts";

const engineTest = engineTests();
const day = Temporal.PlainDate.from(OLD);
const RANGE = { from: day, to: day };

async function standingOf(engine: Pick<TestEngine, "staging" | "warehouse">) {
  const [facts] = await readDayFacts(engine, RANGE);
  const { state, cause } = dumpStanding(facts!);
  return [state, cause];
}

/** The versions that the window of the newest partition of a source is rebuilt from. */
async function windowOf({ staging: { landing } }: TestEngine, source: string) {
  const partition = await landing.latestPartition(source);
  return await Array.fromAsync(landing.windowVersions(partition!));
}

engineTest("a day that stands in the warehouse goes, and is remembered", async (engine) => {
  const path = await loadedDay(engine);
  const window = await windowOf(engine, path);
  assert.ok(window.length > 0);
  assert.deepEqual(await pruneOld(engine, { dryRun: true }), [`${OLD} 2 1`]);
  assert.deepEqual(await engine.query("SELECT * FROM finpipe.pruned_days"), []);

  assert.deepEqual(await pruneOld(engine), [`${OLD} 2 1`]);
  assert.deepEqual(await engine.query(UNBALANCED), []);
  const recorded = await engine.query(
    "SELECT dataset, source_id, rows, pruned_at FROM finpipe.pruned_days ORDER BY 1, 2",
  );
  assert.deepEqual(recorded.map((row) => Object.values(row).join(" ")), [
    "currencies 0 0 2022-10-06 09:00:00",
    "currencies 1 1 2022-10-06 09:00:00",
    "transactions 0 0 2022-10-06 09:00:00",
    "transactions 1 2 2022-10-06 09:00:00",
  ]);
  const left = await engine.query(
    "SELECT DISTINCT transaction_dt::date::text AS day FROM stg.transactions",
  );
  assert.deepEqual(left, [{ day: NEXT }]);
  // Nothing is left to prune, and nothing is told.
  assert.deepEqual(await pruneOld(engine), []);
  assert.deepEqual(await standingOf(engine), ["pruned", null]);
  const [staged] = await engine.staging.days.staged(RANGE);
  assert.equal(staged!.landed, staged!.pruned!.rows);

  // A restarted stream rebuilds its window the same, and reads nothing twice.
  assert.deepEqual(await windowOf(engine, path), window);
  assert.equal((await engine.land(path)).messages_read, 0);

  const before = await engine.partitionFile("transactions", OLD);
  for (const datasets of [undefined, ["currencies" as const]]) {
    await assert.rejects(engine.dump(OLD, datasets), (error) => isKind(error, "data"));
  }
  assert.equal(await engine.partitionFile("transactions", OLD), before);
  const { datasets } = await engine.load(OLD);
  assert.deepEqual(datasets.map(({ outcome }) => outcome), ["unchanged", "unchanged"]);
});

engineTest("what comes late into a pruned day stays, and is told", async (engine) => {
  await loadedDay(engine);
  await pruneOld(engine);
  await engine.landText(jsonl(payment(OLD), payment(NEXT)));
  assert.deepEqual(await engine.query(UNBALANCED), []);
  assert.deepEqual(await standingOf(engine), [
    "pruned",
    "1 row of transactions landed since (1 from stdin[0])",
  ]);
  assert.deepEqual(await pruneOld(engine), [
    `${OLD} kept: it was pruned before, and 1 row of transactions landed since`,
  ]);
  await assert.rejects(engine.dump(OLD), (error) => isKind(error, "data"));
});

engineTest(
  "replayed rows go under no source; none is replayed into a pruned day",
  async (engine) => {
    await loadedDay(engine);
    const replayed = payment(OLD);
    await addRejected(engine.session, replayed);
    await replayOn(engine, {});
    assert.match((await pruneOld(engine)).join(), /3 rows of transactions landed, its dump saw 2/);
    await engine.dump(OLD);
    await engine.load(OLD);
    assert.match((await pruneOld(engine)).join(), /built from another load of transactions/);
    await engine.dwh(OLD);
    await engine.cdm(OLD);
    assert.deepEqual(await pruneOld(engine), [`${OLD} 3 1`]);
    assert.deepEqual(
      await engine.query(
        "SELECT source_id, rows FROM finpipe.pruned_days WHERE dataset = 'transactions' ORDER BY 1",
      ),
      [{ source_id: "0", rows: "1" }, { source_id: "1", rows: "2" }],
    );

    await addRejected(engine.session, payment(OLD));
    await addRejected(engine.session, payment(NEXT));
    await engine.logged();
    const totals = await replayOn(engine, {});
    assert.deepEqual([totals.replayed, totals.transactions, totals.refused], [1, 1, 1]);
    assert.match(await engine.logged(), /Cannot replay messages of days that were pruned/);
    assert.deepEqual(await outcomes(engine), ["transactions", null, "transactions"]);
    assert.deepEqual(await engine.query(UNBALANCED), []);
    assert.deepEqual(await standingOf(engine), ["pruned", null]);
  },
);

engineTest(
  "a day whose rows a window needs is kept, whatever else is true of it",
  async (engine) => {
    const path = await loadedDay(engine);
    await engine.dump(NEXT);
    await engine.load(NEXT);
    assert.deepEqual(await pruneOld(engine, { to: NEXT }), [
      `${OLD} 2 1`,
      `${NEXT} kept: 1 row of transactions from ${path}[0] lies at or above its watermark: its ` +
      "window needs them",
    ]);
    await engine.query("UPDATE finpipe.source_partitions SET watermark = NULL");
    assert.match(
      (await pruneOld(engine, { to: NEXT })).join(),
      /1 row of transactions from .* lies at or above its watermark/,
    );
  },
);

engineTest(
  "a day that does not stand wholly in the warehouse is kept, and it is said why",
  async (engine) => {
    await loadedDay(engine);
    const staging = (sql: string) => () => engine.session.execute(sql);
    const warehouse = (sql: string) => () =>
      engine.warehouseSession.execute(
        sql.replaceAll(/\b(staging|mart)\./g, (_, schema) => `${schema}_${engine.id}.`),
      );
    const kept: [reason: RegExp, spoil: () => Promise<void>, mend: () => Promise<void>][] = [
      [
        /no dump of currencies is recorded/,
        staging("UPDATE finpipe.dumps SET day = '2000-01-01' WHERE dataset = 'currencies'"),
        staging(`UPDATE finpipe.dumps SET day = '${OLD}' WHERE dataset = 'currencies'`),
      ],
      [
        /2 rows of transactions landed, its dump saw 1/,
        staging(`UPDATE finpipe.dumps SET staged_rows = 1 WHERE rows = 2`),
        staging(`UPDATE finpipe.dumps SET staged_rows = 2 WHERE rows = 2`),
      ],
      [
        /another file of transactions is loaded than was dumped/,
        staging("UPDATE finpipe.dumps SET sha256 = 'x' || sha256 WHERE rows = 2"),
        staging("UPDATE finpipe.dumps SET sha256 = substr(sha256, 2) WHERE rows = 2"),
      ],
      [
        /the warehouse refused 1 row of transactions/,
        warehouse("UPDATE staging.loads SET refused = 1 WHERE dataset = 'transactions'"),
        warehouse("UPDATE staging.loads SET refused = 0"),
      ],
      [
        /1 row of currencies were loaded, 2 were dumped/,
        staging("UPDATE finpipe.dumps SET rows = 2 WHERE dataset = 'currencies'"),
        staging("UPDATE finpipe.dumps SET rows = 1 WHERE dataset = 'currencies'"),
      ],
      [
        /the warehouse has 4 rows of transactions, its record says 2/,
        warehouse("INSERT INTO staging.transactions SELECT * FROM staging.transactions"),
        warehouse(
          "DELETE FROM staging.transactions WHERE ctid NOT IN " +
            "(SELECT min(ctid) FROM staging.transactions GROUP BY object_id)",
        ),
      ],
      [
        /the control total of transactions in the warehouse is 202, its record says 200/,
        warehouse("UPDATE staging.transactions SET amount = amount + 1"),
        warehouse("UPDATE staging.transactions SET amount = amount - 1"),
      ],
      [
        /staging has 2 rows of transactions from .*events.jsonl\[0\], 3 were landed/,
        staging(
          `UPDATE finpipe.landed_days SET rows = 3 WHERE day = '${OLD}' AND rows = 2;
         UPDATE finpipe.dumps SET staged_rows = 3 WHERE rows = 2`,
        ),
        staging(
          `UPDATE finpipe.landed_days SET rows = 2 WHERE day = '${OLD}' AND rows = 3;
         UPDATE finpipe.dumps SET staged_rows = 2 WHERE rows = 2`,
        ),
      ],
      [
        /its books do not balance: transactions, dumped_control: values in staging were changed/,
        staging("UPDATE stg.transactions SET amount = amount + 1"),
        staging("UPDATE stg.transactions SET amount = amount - 1"),
      ],
      [
        /its books do not balance: transactions, amount_total: /,
        warehouse("UPDATE mart.global_metrics SET amount_total = amount_total + 1"),
        warehouse("UPDATE mart.global_metrics SET amount_total = amount_total - 1"),
      ],
      [
        /its books do not balance: transactions, core_dollars: /,
        warehouse("UPDATE mart.fct_transactions SET amount_usd = amount_usd + 1"),
        warehouse("UPDATE mart.fct_transactions SET amount_usd = amount_usd - 1"),
      ],
      [
        /transactions are not loaded/,
        warehouse("UPDATE staging.loads SET partition_date = '2000-01-01' WHERE rows = 2"),
        warehouse(`UPDATE staging.loads SET partition_date = '${OLD}' WHERE rows = 2`),
      ],
    ];
    for (const [reason, spoil, mend] of kept) {
      await spoil();
      for (const dryRun of [true, false]) {
        const told = await pruneOld(engine, { dryRun });
        assert.match(told.join("\n"), reason);
        assert.match(told.at(-1)!, /kept/);
      }
      await mend();
      assert.deepEqual(await pruneOld(engine, { dryRun: true }), [`${OLD} 2 1`], String(reason));
    }
  },
);

engineTest(
  "what is judged before the commit counts: a load that was undone meanwhile",
  async (engine) => {
    await loadedDay(engine);
    const { warehouse } = engine;
    let asked = 0;
    const undone = {
      dayFacts: warehouse.dayFacts.bind(warehouse),
      measureDay: warehouse.measureDay.bind(warehouse),
      books: warehouse.books,
      // Once for each dataset before, then within the transaction.
      loadRecord: (...args: Parameters<typeof warehouse.loadRecord>) =>
        ++asked > 2 ? Promise.resolve(undefined) : warehouse.loadRecord(...args),
    };
    assert.match(
      (await pruneOld(engine, { warehouse: undone })).join(),
      /another file of transactions is loaded by now, or none/,
    );
    assert.deepEqual(await pruneOld(engine), [`${OLD} 2 1`], "nothing was taken");
  },
);

engineTest(
  "a prune that breaks off at any statement leaves the day whole, or gone and recorded",
  async (engine) => {
    await loadedDay(engine);
    const { warehouse } = engine;
    let tries = 0;
    for (let last = false; !last; tries++) {
      let statements = 0;
      const broken: SqlSession = Object.create(engine.session, {
        process: { value: engine.session.process },
        query: {
          value: (...args: Parameters<SqlSession["query"]>) => {
            if (statements++ === tries) throw new Error("cut off");
            return engine.session.query(...args);
          },
        },
        transaction: {
          value: (...args: Parameters<SqlSession["transaction"]>) =>
            engine.session.transaction(...args),
        },
      });
      const staging = new PostgresStaging(broken);
      last = await pruneOld({ staging, warehouse }).then(() => true, (error) => {
        assert.match(String(error), /cut off/);
        return false;
      });
      assert.deepEqual(await engine.query(UNBALANCED), []);
      const rows = await engine.query("SELECT FROM finpipe.pruned_days");
      assert.equal(rows.length > 0, last);
    }
    assert.ok(tries > 8, `${tries} statements`);
    assert.deepEqual(await standingOf(engine), ["pruned", null]);
  },
);

engineTest("a prune whose commit arrived says the same once more", async (engine) => {
  await loadedDay(engine);
  await pruneOld(engine);
  const at = NOW.toZonedDateTimeISO("UTC").toPlainDateTime();
  const again = await engine.staging.prune.prune(day, at, () => Promise.resolve("asked"));
  assert.deepEqual(again, { rows: { transactions: 2, currencies: 1 } });
});

engineTest(
  "no landing waits for a prune: a late row that is landing stays, and is counted",
  async (engine) => {
    await loadedDay(engine);
    const gate = await openSession(engine.url);
    const other = await openSession(engine.url);
    try {
      await closeGate(gate);
      const late = landThrough(other, payment(OLD, { amount: GATE }), payment(OLD));
      await untilRow(gate, SOMEBODY_WAITS);
      // The batch has counted its rows, and copies them.
      assert.deepEqual(await pruneOld(engine), [`${OLD} 2 1`]);
      await gate.execute(`SELECT pg_advisory_unlock(${GATE})`);
      await late;
      assert.deepEqual(await engine.query(UNBALANCED), []);
      assert.deepEqual(await standingOf(engine), [
        "pruned",
        "2 rows of transactions landed since (2 from stdin[0])",
      ]);
    } finally {
      await gate.close();
      await other.close();
    }
  },
  ["postgres"],
);

engineTest(
  "a row that lands while the day is taken out has it kept, or stays behind",
  async (engine) => {
    const other = await openSession(engine.url);
    const holder = await openSession(engine.url);
    try {
      await loadedDay(engine);
      // The currencies are gone when the transactions wait.
      await holder.execute(
        `BEGIN; SELECT FROM stg.transactions WHERE transaction_dt::date = '${OLD}' FOR UPDATE`,
      );
      const pruned = pruneOld(engine);
      await untilRow(
        other,
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE%' " +
          "AND datname = current_database()",
      );
      await landThrough(other, payment(OLD));
      await holder.execute("COMMIT");
      assert.deepEqual(await pruned, [
        `${OLD} kept: 3 rows of transactions landed, its dump saw 2`,
      ]);
      assert.deepEqual(await engine.query(UNBALANCED), []);
      assert.deepEqual(await engine.query("SELECT FROM finpipe.pruned_days"), []);

      await engine.dump(OLD);
      await engine.load(OLD);
      await engine.dwh(OLD);
      await engine.cdm(OLD);
      // After all was counted, before the commit.
      const { warehouse } = engine;
      let asked = 0;
      const slow = {
        dayFacts: warehouse.dayFacts.bind(warehouse),
        measureDay: warehouse.measureDay.bind(warehouse),
        books: warehouse.books,
        loadRecord: async (...args: Parameters<typeof warehouse.loadRecord>) => {
          if (++asked === 3) await landThrough(other, payment(OLD));
          return await warehouse.loadRecord(...args);
        },
      };
      // Rows of stdin, the last of their window, keep the day.
      await engine.query(
        "UPDATE finpipe.source_partitions SET watermark = '2022-10-09' WHERE kind = 'stdin'",
      );
      assert.deepEqual(await pruneOld(engine, { warehouse: slow }), [`${OLD} 3 1`]);
      assert.deepEqual(await engine.query(UNBALANCED), []);
      assert.deepEqual(await standingOf(engine), [
        "pruned",
        "1 row of transactions landed since (1 from stdin[1])",
      ]);
    } finally {
      await other.close();
      await holder.close();
    }
  },
  ["postgres"],
);

engineTest("a replay waits for a prune, and then finds the day pruned", async (engine) => {
  await loadedDay(engine);
  await addRejected(engine.session, payment(OLD));
  const other = await openSession(engine.url);
  const { warehouse } = engine;
  try {
    let asked = 0;
    let replayed: ReturnType<typeof replayOn> | undefined;
    const slow = {
      dayFacts: warehouse.dayFacts.bind(warehouse),
      measureDay: warehouse.measureDay.bind(warehouse),
      books: warehouse.books,
      loadRecord: async (...args: Parameters<typeof warehouse.loadRecord>) => {
        if (++asked === 3) {
          const watcher = await openSession(engine.url);
          replayed = replayOn({ session: other, log: engine.log }, {});
          await untilRow(watcher, SOMEBODY_WAITS);
          await watcher.close();
        }
        return await warehouse.loadRecord(...args);
      },
    };
    assert.deepEqual(await pruneOld(engine, { warehouse: slow }), [`${OLD} 2 1`]);
    assert.equal((await replayed!).refused, 1);
    assert.deepEqual(await engine.query(UNBALANCED), []);
  } finally {
    await other.close();
  }
}, ["postgres"]);
