/** The fingerprint of a load, and what else `--deep` looks at. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY, dayMessages, DAYS } from "../support/audit/days.ts";
import { type AuditPlace, auditTest, differenceLine } from "../support/audit/place.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";

const WAREHOUSE = { end: "warehouse" } as const;

/** The fingerprint that is recorded for the load that stands of each dataset of the day. */
async function fingerprints(place: AuditPlace): Promise<(string | null)[]> {
  const rows = await place.query(
    WAREHOUSE,
    `SELECT loads.dataset, fingerprints.fingerprint FROM staging.loads
     LEFT JOIN staging.load_fingerprints AS fingerprints ON fingerprints.load_id = loads.load_id
     WHERE loads.partition_date = DATE '${DAY}' ORDER BY loads.dataset`,
  );
  return rows.map(({ fingerprint }) => fingerprint!);
}

async function deepDifferences(place: AuditPlace): Promise<string[]> {
  return (await place.deepAudit()).differences.map(differenceLine);
}

auditTest(
  "a load's fingerprint is that of what stands, after a reload and an undo too",
  async (place) => {
    await place.land(dayMessages());
    await place.build(...DAYS);
    assert.deepEqual(await deepDifferences(place), []);
    const first = await fingerprints(place);
    assert.equal(new Set(first).size, 2);

    await place.load(DAY, { force: true });
    assert.deepEqual(await fingerprints(place), first, "the same rows");
    await place.land(jsonl(transactionMessage({ transaction_dt: `${DAY} 12:00:00`, amount: 7 })));
    await place.build(DAY);
    const [currencies, transactions] = await fingerprints(place);
    assert.equal(currencies, first[0]);
    assert.notEqual(transactions, first[1]);
    assert.deepEqual(await deepDifferences(place), []);

    await place.warehouse.undoDay("transactions", Temporal.PlainDate.from(DAY));
    assert.deepEqual(await fingerprints(place), first, "the record of the load that stands again");
    const links = (await place.deepAudit()).differences.map(({ link }) => link);
    assert.deepEqual(links, ["load", "dwh", "cdm"], "stale, and nothing else");

    // An undo of a first load leaves none; one that is loaded with nothing has that of no rows.
    await place.build("2022-10-04");
    await place.warehouse.undoDay("transactions", Temporal.PlainDate.from("2022-10-04"));
    await place.load("2022-10-04");
    const empty = await place.query(
      WAREHOUSE,
      "SELECT fingerprint FROM staging.load_fingerprints WHERE partition_date = DATE '2022-10-04'",
    );
    assert.ok(empty.length >= 2 && empty.every(({ fingerprint }) => fingerprint === "0"));

    // Records of loads that neither stand nor can be put back go.
    for (let times = 0; times < 3; times++) await place.load(DAYS[2], { force: true });
    const kept = await place.query(
      WAREHOUSE,
      `SELECT load_id FROM staging.load_fingerprints
     WHERE partition_date = DATE '${DAYS[2]}' AND dataset = 'currencies'`,
    );
    assert.equal(kept.length, 3, "the one that stands, its undo, and that of the build");
  },
);

auditTest(
  "days that an older version loaded have no fingerprint, and that is no difference",
  async (place) => {
    await place.land(dayMessages());
    await place.build(...DAYS);
    for (const table of ["load_fingerprints", "load_origins"]) {
      await place.query(WAREHOUSE, `DELETE FROM staging.${table}`);
    }
    const { differences, days } = await place.deepAudit();
    assert.deepEqual(differences, []);
    assert.ok(
      days.every(({ warehouse }) => warehouse.loads.transactions!.fingerprint === undefined),
    );
  },
);

auditTest(
  "rows whose payload and columns agree are all kinds that can be landed",
  async (place) => {
    const odd = (payload: Record<string, unknown>, at: number) =>
      transactionMessage({ transaction_dt: `${DAY}T12:00:00.500`, ...payload }, {
        object_id: `FFFFFFFF-0000-4000-8000-00000000000${at}`,
      });
    const raw = odd({ extra: 1, status: "x" }, 9)
      .replace('"extra":1', '"extra":1e999999,"status":"twice"')
      .replace('"amount":100', '"amount":-0');
    await place.land(jsonl(
      odd({ status: 'it\'s "odd"\\, \u00e9 \u2028' }, 1),
      odd({ operation_id: "ABCDEF00-0000-4000-8000-00000000000A" }, 2),
      odd({ country: "" }, 3),
      raw,
      rateMessage({ date_update: `${DAY} 00:00:00`, currency_with_div: 0.0000005 }),
      rateMessage({ date_update: `${DAY} 00:00:00`, currency_with_div: 999999999999.5 }),
    ));
    await place.build(DAY);
    assert.deepEqual(await deepDifferences(place), []);
  },
);

Deno.test("audit of a folder: files that were changed or are elsewhere, days that are not over", async () => {
  const root = await Deno.makeTempDir({ prefix: "finpipe-audit-" });
  try {
    const env = { FINPIPE_WORK_DIR: join(root, "work"), FINPIPE_LOG_FORMAT: "text" };
    const now = Temporal.Instant.from("2022-10-06T00:00:00Z");
    const run = (...args: string[]) => runCli(args, { env, now });
    const events = join(root, "events.jsonl");
    await Deno.writeTextFile(events, dayMessages());
    await run("stream", "--source", events);
    await run("backfill", "2022-10-02..2022-10-04");
    const deep = await run("audit", "--deep", "--quiet");
    assert.deepEqual([deep.code, deep.stderr], [0, ""], deep.stdout);
    await Deno.writeTextFile(join(root, "work/partitions/transactions/2022-10-02.csv"), "x");
    const found = await run("audit", "--deep", "--json", "--quiet");
    assert.equal(found.code, 4);
    const { differences } = JSON.parse(found.stdout);
    assert.deepEqual(
      differences.map(({ date, link }: Record<string, string>) => `${date} ${link}`),
      ["2022-10-02 partition_file"],
    );
    assert.match(differences[0].cause, /^Partition file and manifest do not agree: .*: 1 bytes, /);
    assert.equal((await run("audit")).code, 0, "without --deep nobody looks");
    // Days that are not over are left out, and counted, unless they are asked for.
    const early = Temporal.Instant.from("2022-10-02T12:00:00Z");
    const open = await runCli(["audit", "--json", "--quiet"], { env, now: early });
    assert.deepEqual(JSON.parse(open.stdout).days.map(({ date }: { date: string }) => date), [
      "2022-10-01",
    ]);
    assert.equal(
      open.stderr,
      "warn: Left out 2 days that are not over by the clock (UTC): " +
        "'finpipe audit 2022-10-02..2022-10-03' shows them\n",
    );
    const asked = ["audit", "2022-10-02..2022-10-03", "--json", "--quiet"];
    const named = await runCli(asked, { env, now: early });
    assert.deepEqual([named.code, named.stderr, JSON.parse(named.stdout).days.length], [0, "", 2]);
    await Deno.remove(join(root, "work/partitions"), { recursive: true });
    assert.equal((await run("audit", "--deep")).code, 0, "the files are elsewhere");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
