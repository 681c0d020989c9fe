/** Rows that the database refuses though finpipe accepts them: rejected, and nothing else lost. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { engineTests, openSession, type TestEngine } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { inFolder } from "../support/folder.ts";

const engineTest = engineTests();

/** Has the database refuse two kinds of rows, while `work` runs. */
async function refusing(engine: TestEngine, work: () => Promise<void>): Promise<void> {
  await engine.session.execute(`
    ALTER TABLE stg.transactions ADD CONSTRAINT refused CHECK (country <> 'nowhere');
    ALTER TABLE stg.currencies ADD CONSTRAINT refused CHECK (currency_code <> 999)`);
  try {
    await work();
  } finally {
    await engine.session.execute(`
      ALTER TABLE stg.transactions DROP CONSTRAINT refused;
      ALTER TABLE stg.currencies DROP CONSTRAINT refused`);
  }
}

/** Where each message ended, by the line's number. */
async function places(engine: TestEngine, sourceId: number, lines: readonly string[]) {
  const rows = await engine.query(
    `SELECT position, 'landed' AS place FROM stg.transactions WHERE source_id = $1
     UNION ALL SELECT position, 'landed' FROM stg.currencies WHERE source_id = $1
     UNION ALL
     SELECT r.position, r.reason || ' ' || convert_from(r.raw, 'UTF8')
     FROM stg.rejected r JOIN finpipe.source_partitions p USING (source, partition)
     WHERE p.id = $1`,
    [sourceId],
  );
  const found = new Map(rows.map(({ position, place }) => [Number(position), place!]));
  assert.equal(found.size, rows.length, "a message ended in two places");
  let position = 0;
  return lines.map((line) => {
    const place = found.get(position) ?? "duplicate";
    position += line.length + 1;
    return place;
  });
}

engineTest("a refused row is not_storable, also when it comes again", async (engine) => {
  const refused = transactionMessage({ country: "nowhere" });
  const noon = { sent_dttm: "2022-10-01T12:00:00" };
  const refusedRate = rateMessage({ currency_code: 999 }, noon);
  const [one, two] = [transactionMessage(), rateMessage({}, noon)];
  // The first five are one batch, the rest another.
  const lines = [refused, one, refused, one, refusedRate, refused, two, one, two, refusedRate];
  await refusing(engine, async () => {
    assert.deepEqual(await engine.landText(jsonl(...lines), { rows: 5 }), {
      messages_read: 10,
      transactions: 1,
      currencies: 1,
      rejected: 5,
      duplicates: 3,
    });
  });
  assert.deepEqual(
    await places(engine, 1, lines),
    lines.map((line, i) =>
      line === refused || line === refusedRate
        ? `not_storable ${line}`
        : i === lines.indexOf(line)
        ? "landed"
        : "duplicate"
    ),
  );
  const log = await engine.logged();
  assert.match(
    log,
    /warn: Staging refuses rows .*: rejected as not_storable rows=2 .*sqlstate=23514/,
  );
  assert.doesNotMatch(log, /nowhere/);
});

engineTest("a refused row moves no watermark", async (engine) => {
  const late = transactionMessage({}, { sent_dttm: "2022-10-01T12:00:00" });
  const lines = [
    late,
    transactionMessage({ country: "nowhere" }, { sent_dttm: "2022-10-01T13:00:00" }),
    late,
  ];
  await refusing(engine, async () => {
    const { duplicates, rejected } = await engine.landText(jsonl(...lines));
    assert.deepEqual([duplicates, rejected], [1, 1]);
  });
  const [row] = await engine.query("SELECT watermark FROM finpipe.source_partitions");
  assert.equal(row?.watermark, "2022-10-01 11:55:00");
});

engineTest(
  "whichever rows are refused, in batches of any size, the rest is landed",
  async (engine) => {
    const id = (object: number) => `00000000-0000-0000-0000-00000000000${object}`;
    const kinds = fc.record({ object: fc.integer({ min: 1, max: 4 }), refused: fc.boolean() });
    let runs = 0;
    await refusing(engine, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(kinds, { minLength: 1, maxLength: 25, size: "max" }),
          fc.integer({ min: 1, max: 10 }),
          async (messages, rows) => {
            const lines = messages.map(({ object, refused }) =>
              transactionMessage({ country: refused ? "nowhere" : "x" }, { object_id: id(object) })
            );
            await engine.landText(jsonl(...lines), { rows });
            const seen = new Set<string>();
            const expected = lines.map((line, i) => {
              if (messages[i]!.refused) return `not_storable ${line}`;
              if (seen.has(line)) return "duplicate";
              seen.add(line);
              return "landed";
            });
            assert.deepEqual(await places(engine, ++runs, lines), expected);
          },
        ),
        { numRuns: engine.name === "embedded" ? 15 : 10 },
      );
    });
  },
);

postgresTest("values of rows and passwords appear at debug only, and never", async (t) => {
  await using database = await testDatabase(t);
  const session = await openSession(database.url);
  await session.execute(
    "ALTER TABLE stg.transactions ADD CHECK (account_number_from <> 8412345678901234)",
  );
  await session.close();
  const { password } = new URL(database.url);
  const stdin = jsonl(transactionMessage({ account_number_from: 8412345678901234 }));
  for (const level of ["info", "debug"]) {
    const { code, stderr } = await inFolder((workDir) =>
      runCli(["stream", "--source", "-", "--log-level", level], {
        env: { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: workDir },
        stdin,
      })
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /not_storable/);
    if (level === "info") assert.doesNotMatch(stderr, /8412345678901234/);
    assert.ok(!stderr.includes(password));
  }
}, EMBEDDED_TIMERS);
