/** A Vertica whose disk is full, at each kind of statement that would write, as scripts see it. */
import assert from "node:assert/strict";
import { runCli } from "../support/cli/run_cli.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { DISK_FULL, type Fault } from "../vertica-server/faults.ts";
import { openTestVertica, ownVerticaTest } from "../support/vertica/place.ts";
import { rate, transaction } from "../support/partitions/rows.ts";

const DAY = "2022-10-01";

/** Where it strikes, for as often as it is tried, and whether the new day stands then. */
const PLACES: [name: string, where: Partial<Fault>, stands: boolean][] = [
  ["the side table", { statement: /^CREATE TABLE \S+_load_/ }, false],
  ["COPY's data", { code: "d" }, false],
  ["the end of COPY", { code: "c" }, false],
  ["what is to come", { statement: /^INSERT INTO \S+\.load_pending/ }, false],
  ["the swap", { statement: /SWAP_PARTITIONS/ }, false],
  ["the record", { statement: /^INSERT INTO \S+\.loads/ }, true],
];

ownVerticaTest("a full disk leaves the old day or the new one, exit 1", async (t) => {
  await using vertica = await openTestVertica();
  const { faults } = vertica.own!.server;
  const { stagingSchema, martSchema } = vertica.newSchemas();
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-disk-" });
  const run = (...args: string[]) =>
    runCli([...args, "--retry-for", "0s"], {
      env: {
        FINPIPE_VERTICA_URL: vertica.url,
        FINPIPE_STAGING_SCHEMA: stagingSchema,
        FINPIPE_MART_SCHEMA: martSchema,
        FINPIPE_WORK_DIR: workDir,
        FINPIPE_LOG_FORMAT: "text",
      },
    });
  const load = async (amount: number) => {
    const row = transaction(DAY, { amount: String(amount), currency_code: "420" });
    await writePartition(workDir, "transactions", DAY, [row]);
    return await run("load", "--partition", DAY);
  };
  const mart = async () => (await run("report", "--format", "csv")).stdout.split("\n")[1];
  const standing = async () => {
    assert.equal((await run("cdm", "--partition", DAY)).code, 0);
    return (await mart())!.split(",")[2];
  };
  try {
    assert.equal((await run("init")).code, 0);
    await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
    assert.equal((await load(100)).code, 0);
    let amount = 100;
    for (const [name, where, stands] of PLACES) {
      await t.step(name, async () => {
        const old = await standing();
        amount += 100;
        faults.arm({ kind: "error", error: DISK_FULL, times: 10, ...where });
        const { code, stderr } = await load(amount);
        faults.clear();
        assert.equal(code, 1, stderr);
        assert.match(stderr, /Volume \[\S+\] has insufficient space/);
        assert.match(stderr, /disk is full \(v_monitor.disk_storage\): make room there, then run/);
        const whole = `${amount / 100}.00`;
        if (stands) {
          // It is not recorded: no mart is built of a day of which nobody knows which it is.
          const refused = await run("cdm", "--partition", DAY);
          assert.equal(refused.code, 5);
          assert.match(refused.stderr, /a load of transactions is running or was broken off/);
        } else assert.equal(await standing(), old);
        const again = await load(amount);
        assert.equal(again.code, 0, again.stderr);
        assert.equal(await standing(), whole);
      });
    }
    await t.step("the mart", async () => {
      const old = await mart();
      await load(amount + 100);
      faults.arm({ kind: "error", error: DISK_FULL, statement: /INSERT INTO \S+global_metrics/ });
      const { code, stderr } = await run("cdm", "--partition", DAY);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /disk is full/);
      assert.equal(await mart(), old);
    });
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}, "whose disk is not ours");
