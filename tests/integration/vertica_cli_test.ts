/** finpipe on a Vertica warehouse as scripts see it: exit codes, and what is said. */
import assert from "node:assert/strict";
import { statementsOf, templatesOf } from "../../lib/sql/template.ts";
import { linesOf } from "../../lib/postgres/picture.ts";
import type { VerticaSession } from "../../lib/warehouse/vertica/connection/session.ts";
import { pictureOf } from "../../lib/warehouse/vertica/inspect/picture.ts";
import { VerticaScope } from "../../lib/warehouse/vertica/scope.ts";
import { ROOT } from "../support/docs/documents.ts";
import { schemaValues } from "../../lib/warehouse/variables.ts";
import coreSql from "../../sql/warehouse/vertica/004_core.sql" with { type: "text" };
import tablesSql from "../../sql/warehouse/vertica/001_tables.sql" with { type: "text" };
import { type CliResult, runCli } from "../support/cli/run_cli.ts";
import { csv, writePartition, writePartitionText } from "../support/partitions/reference.ts";
import { openTestVertica, type TestVertica, verticaTest } from "../support/vertica/place.ts";
import { rate, transaction } from "../support/partitions/rows.ts";

const DAY = "2022-10-01";

/** A warehouse and a work dir for command lines. */
class Place implements AsyncDisposable {
  readonly schemas;

  private constructor(readonly vertica: TestVertica, readonly workDir: string) {
    this.schemas = vertica.newSchemas();
  }

  static async open(): Promise<Place> {
    const place = new Place(await openTestVertica(), await Deno.makeTempDir());
    const { code, stderr } = await place.run(["init"]);
    assert.equal(code, 0, stderr);
    return place;
  }

  get env(): Record<string, string> {
    return {
      FINPIPE_VERTICA_URL: this.vertica.url,
      FINPIPE_STAGING_SCHEMA: this.schemas.stagingSchema,
      FINPIPE_MART_SCHEMA: this.schemas.martSchema,
      FINPIPE_WORK_DIR: this.workDir,
      FINPIPE_LOG_FORMAT: "text",
    };
  }

  run(args: string[]): Promise<CliResult> {
    return runCli([...args, "--retry-for", "0s"], { env: this.env });
  }

  load(...args: string[]): Promise<CliResult> {
    return this.run(["load", "--partition", DAY, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.vertica.session();
    await this.vertica.dropSchemas(session, this.schemas);
    await session.close();
    await this.vertica[Symbol.asyncDispose]();
    await Deno.remove(this.workDir, { recursive: true });
  }
}

verticaTest(
  "refused rows, and a file that is corrupt, are exit 4; within the limit it is 0",
  async () => {
    await using place = await Place.open();
    const rows = [transaction(DAY), transaction(DAY, { amount: "secret" })];
    const figures = { rows: 2, control_total: "100" };
    const file = await writePartitionText(place.workDir, "transactions", DAY, csv(rows), figures);
    await writePartition(place.workDir, "currencies", DAY, [rate(DAY)]);
    const refused = await place.load();
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /Refused 1 row of transactions for 2022-10-01 \(0 allowed\)/);
    assert.match(refused.stderr, new RegExp(`${place.schemas.stagingSchema}.load_refused has the`));
    assert.doesNotMatch(refused.stderr, /secret/);

    const allowed = await place.load("--max-rejected", "1");
    assert.equal(allowed.code, 0, allowed.stderr);
    assert.match(allowed.stdout, /1 row loaded, never loaded before, 1 refused/);
    assert.doesNotMatch(allowed.stderr, /secret/);

    await Deno.writeTextFile(file.path, csv(rows.slice(0, 1)));
    assert.equal((await place.load("--force")).code, 4);
  },
);

verticaTest("a load while another runs is exit 75, and says so", async () => {
  await using place = await Place.open();
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  const session = await place.vertica.session();
  const { stagingSchema } = place.schemas;
  await session.query(`LOCK TABLE ${stagingSchema}.transactions_lock IN EXCLUSIVE MODE`);
  const { code, stderr } = await place.load("--dataset", "transactions");
  await session.close();
  assert.equal(code, 75);
  assert.match(stderr, /Another load of transactions is running/);
});

verticaTest("without init it is exit 3, and init makes it work", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  await place.vertica.dropSchemas(session, place.schemas);
  await session.close();
  const { code, stderr } = await place.run(["report"]);
  assert.equal(code, 3);
  assert.match(stderr, /The schema of the warehouse is missing\n {2}Run 'finpipe init'/);
  assert.match(
    (await place.run(["init"])).stdout,
    /warehouse: applied 001_tables, 002_records, 003_fingerprints, 004_core/,
  );
  assert.match((await place.run(["init"])).stdout, /warehouse: up to date/);
  assert.equal((await place.run(["report"])).code, 0);
});

verticaTest("a work dir that is not there is said, and not made by what reads", async () => {
  await using place = await Place.open();
  const typo = `${place.workDir}/typo`;
  const { code, stderr } = await place.load("--work-dir", typo);
  assert.equal(code, 5);
  assert.match(
    stderr,
    new RegExp(`for ${DAY} in ${typo}\n  Run 'finpipe --work-dir ${typo} dump 2022-10-02' first`),
  );
  const { stdout } = await place.run(["doctor", "--work-dir", typo]);
  assert.match(stdout, new RegExp(`^ok +work dir: ${typo} is not there yet, `, "m"));
  await assert.rejects(Deno.stat(typo), Deno.errors.NotFound);
});

verticaTest("doctor says of each thing that it is well", async () => {
  await using place = await Place.open();
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  await place.load("--dataset", "transactions");
  const { code, stdout } = await place.run(["doctor"]);
  assert.equal(code, 0, stdout);
  for (const check of ["connection", "version", "clock", "rights", "schema", "side tables"]) {
    assert.match(stdout, new RegExp(`^ok +warehouse: ${check}:`, "m"));
  }

  // Somebody alters the target: the day that is kept for the undo no longer fits it.
  const session = await place.vertica.session();
  const { stagingSchema } = place.schemas;
  await session.query(`ALTER TABLE ${stagingSchema}.transactions ADD COLUMN note VARCHAR(10)`);
  await session.close();
  const altered = await place.run(["doctor"]);
  assert.equal(altered.code, 3);
  assert.match(
    altered.stdout,
    /failed +warehouse: side tables: .*\n +transactions: only the target: column 12 note varchar\(10\)$/m,
  );
});

verticaTest(
  "somebody's own table in the mart's schema is told of, and never sent in circles",
  async () => {
    await using place = await Place.open();
    const session = await place.vertica.session();
    const { martSchema } = place.schemas;
    await place.vertica.dropSchemas(session, place.schemas);
    await session.query(`CREATE SCHEMA ${martSchema}`);
    await session.query(`CREATE TABLE ${martSchema}.global_metrics (day DATE, revenue INTEGER)`);
    const found = new RegExp(
      `${martSchema}.global_metrics is not finpipe's table: .*day date`,
    );
    for (const command of ["doctor", "init", "doctor"]) {
      const { code, stdout, stderr } = await place.run([command]);
      assert.equal(code, 3, stdout);
      assert.match(stdout + stderr, found);
      assert.match(stdout + stderr, /rename it, or name other schemas in .*FINPIPE_MART_SCHEMA/);
    }
    await session.query(`DROP TABLE ${martSchema}.global_metrics`);
    assert.equal((await place.run(["init"])).code, 0);

    // Replaced after init: it has nothing to do, so no step says to run it.
    await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
    await writePartition(place.workDir, "currencies", DAY, []);
    assert.equal((await place.load()).code, 0);
    await session.query(`DROP TABLE ${martSchema}.global_metrics`);
    await session.query(`CREATE TABLE ${martSchema}.global_metrics (day DATE, revenue INTEGER)`);
    await session.close();
    const cdm = await place.run(["cdm", "--partition", DAY]);
    assert.equal(cdm.code, 3, cdm.stderr);
    assert.match(cdm.stderr, /\n {2}Run 'finpipe doctor'/);
    for (const command of ["doctor", "init"]) {
      const { code, stdout, stderr } = await place.run([command]);
      assert.equal(code, 3);
      assert.match(stdout + stderr, found);
    }
  },
);

verticaTest("doctor names a key of the target that the kept day has not", async () => {
  await using place = await Place.open();
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  await place.load("--dataset", "transactions");
  const session = await place.vertica.session();
  const target = `${place.schemas.stagingSchema}.transactions`;
  const tables = templatesOf(tablesSql)[0]!.withLiterals(schemaValues(place.schemas));
  await session.query(`DROP TABLE ${target} CASCADE`);
  await session.query(
    tables.replace("\n)\nORDER BY", ",\n  PRIMARY KEY (object_id)\n)\nORDER BY"),
  );
  await session.close();
  const { code, stdout } = await place.run(["doctor"]);
  assert.equal(code, 3);
  assert.match(
    stdout,
    /side tables: .*\n +transactions: only the target: key p \(object_id\)$/m,
  );
});

verticaTest("sql/warehouse/vertica/picture.txt is what migrations make", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  const { schemas, vertica } = place;
  const now = () => Temporal.Now.instant();
  const scope = new VerticaScope({ session, schemas, now, connect: vertica.session });
  const written = await Deno.readTextFile(`${ROOT}/sql/warehouse/vertica/picture.txt`);
  assert.deepEqual(linesOf(written), await pictureOf(scope));
  await session.close();
});

/** Makes the record of loads again, as the migrations do but for a change. */
async function remakeLoads(
  place: Place,
  session: VerticaSession,
  change: (sql: string) => string,
): Promise<void> {
  const table = `${place.schemas.stagingSchema}.loads`;
  const made = templatesOf(tablesSql).map((one) => one.withLiterals(schemaValues(place.schemas)))
    .find((sql) => sql.includes(".loads ("))!;
  await session.query(`DROP TABLE ${table} CASCADE`);
  await session.query(change(made));
  for (const column of ["core_stale", "mart_stale"]) {
    await session.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
}

verticaTest("doctor warns of a key and a sort order that are not as init made them", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  await remakeLoads(
    place,
    session,
    (sql) =>
      sql.replace(/,\n {2}PRIMARY KEY .*ENABLED/, "").replace(/ORDER BY .*/, "ORDER BY loaded_at"),
  );
  await session.close();
  const { code, stdout } = await place.run(["doctor"]);
  assert.equal(code, 0, stdout);
  const { stagingSchema } = place.schemas;
  const lost = [
    "key p (dataset, partition_date)",
    "sorted by dataset, partition_date",
    "enforced (dataset, partition_date)",
  ];
  const lines = stdout.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line) =>
    /warehouse: schema.*Parts that finpipe made are missing:$/.test(line)
  );
  assert.deepEqual(
    lines.slice(at + 1, at + 4),
    lost.map((part) => `${stagingSchema}.loads ${part}`),
  );
});

verticaTest(
  "doctor warns of a reference, a key and a view that are not as init made them",
  async () => {
    await using place = await Place.open();
    const session = await place.vertica.session();
    const { martSchema } = place.schemas;
    const values = schemaValues(place.schemas);
    const made = templatesOf(coreSql).map((one) => one.withLiterals(values));
    const remake = async (table: string, change: (sql: string) => string) => {
      await session.query(`DROP TABLE ${martSchema}.${table} CASCADE`);
      await session.query(change(made.find((sql) => sql.includes(`.${table} (`))!));
    };
    await session.query(`DROP VIEW ${martSchema}.v_transactions`);
    await remake("dim_countries", (sql) => sql.replace("ENABLED", "DISABLED"));
    await remake(
      "fct_transactions",
      (sql) => sql.replace(/,\s+CONSTRAINT fct_transactions_status\s+FOREIGN.*\(status_key\)/, ""),
    );
    await session.close();
    const { code, stdout } = await place.run(["doctor"]);
    assert.equal(code, 0, stdout);
    const lines = stdout.split("\n").map((line) => line.trim());
    const at = lines.findIndex((line) => line.endsWith("Parts that finpipe made are missing:"));
    const references = lines.filter((line) => line.includes("references"));
    assert.deepEqual(lines[at + 1], `${martSchema}.dim_countries enforced (country_key)`);
    const reference = "status_key references dim_statuses (status_key), fct_transactions_status";
    assert.ok(references.includes(`${martSchema}.fct_transactions ${reference}`), stdout);
    assert.ok(lines.includes(`${martSchema}.v_transactions: the view, or one of its columns`));
  },
);

verticaTest("rows that do not fit are told of by their file and column", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  const table = `${place.schemas.stagingSchema}.loads`;
  await remakeLoads(place, session, (sql) => sql.replace(/(sha256 .*) NOT NULL/, "$1"));
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  const loaded = await place.load("--dataset", "transactions");
  assert.equal(loaded.code, 0, loaded.stderr);
  await session.transaction(() => session.query(`UPDATE ${table} SET sha256 = NULL`));
  await session.close();
  const { code, stderr } = await place.load("--dataset", "transactions");
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /column sha256 of sql\/warehouse\/vertica\/record\.sql is NULL where text is expected/,
  );
});

verticaTest("what init --print-sql prints, run by hand, makes what init makes", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  await place.vertica.dropSchemas(session, place.schemas);
  const { stdout } = await place.run(["init", "--print-sql"]);
  for (const statement of statementsOf(stdout.slice(stdout.indexOf("-- Warehouse\n")))) {
    await session.query(statement);
  }
  await session.close();
  assert.match((await place.run(["init"])).stdout, /warehouse: up to date/);
  assert.equal((await place.run(["doctor"])).code, 0);
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  const loaded = await place.load("--dataset", "transactions");
  assert.equal(loaded.code, 0, loaded.stderr);
});

verticaTest("two inits at once both succeed, and apply each migration once", async () => {
  await using place = await Place.open();
  const session = await place.vertica.session();
  await place.vertica.dropSchemas(session, place.schemas);
  const [one, other] = await Promise.all([place.run(["init"]), place.run(["init"])]);
  assert.deepEqual([one.code, other.code], [0, 0], one.stderr + other.stderr);
  const rows = await session.transaction(() =>
    session.query(`SELECT version FROM ${place.schemas.stagingSchema}.migrations ORDER BY version`)
  );
  await session.close();
  assert.deepEqual(rows, ["1", "2", "3", "4"].map((version) => ({ version })));
});

verticaTest("completions know the days of the server where the work dir has no files", async () => {
  await using place = await Place.open();
  const complete = async (workDir: string) => {
    const words = ["--", "--work-dir", workDir, "backfill", "2022"];
    return (await runCli(["complete", ...words], { env: place.env })).stdout;
  };
  await writePartition(place.workDir, "transactions", DAY, [transaction(DAY)]);
  const loaded = await place.load("--dataset", "transactions");
  assert.equal(loaded.code, 0, loaded.stderr);
  assert.equal(await complete(place.workDir), "2022-10-02\n");
  assert.equal(await complete(`${place.workDir}/empty`), "2022-10-02\n");
});
