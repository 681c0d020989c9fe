/** The rights of finpipe's user on Vertica: what doctor misses, and that its statements mend it. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import type { MissingRight } from "../../lib/warehouse/inspection.ts";
import { inspectVertica } from "../../lib/warehouse/vertica/inspect/inspection.ts";
import { Identifier, templatesOf } from "../../lib/sql/template.ts";
import { schemaValues, type WarehouseSchemas } from "../../lib/warehouse/variables.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { openTestVertica, ownVerticaTest } from "../support/vertica/place.ts";
import { verticaSettingsOf } from "../support/vertica/url.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";
import { SILENT } from "../support/logs.ts";

const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);

interface Place {
  schemas: WarehouseSchemas;
  database: string;
  /** Of the user "finpipe". */
  userUrl: string;
  adminUrl: string;
  missing(): Promise<MissingRight[]>;
  /** Runs statements as the DBA. */
  dba(...statements: string[]): Promise<void>;
  /** All that finpipe does, by a URL; with the schema already there, where it is. */
  use(url: string, options?: { withoutInit?: boolean }): Promise<void>;
}

function rightsTest(name: string, test: (place: Place) => Promise<void>): void {
  ownVerticaTest(name, async () => {
    await using vertica = await openTestVertica();
    await using opened = new AsyncDisposableStack();
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-rights-" });
    opened.defer(() => Deno.remove(workDir, { recursive: true }));
    const admin = await vertica.session();
    opened.defer(() => admin.close());
    const schemas = vertica.newSchemas();
    const userUrl = new URL(vertica.url);
    userUrl.username = "finpipe";
    const dba = async (...statements: string[]) => {
      for (const statement of statements) await admin.query(statement);
      await admin.query("COMMIT");
    };
    await dba("CREATE USER finpipe");
    await test({
      schemas,
      dba,
      userUrl: userUrl.href,
      adminUrl: vertica.url,
      database: vertica.own!.engine.database,
      async missing() {
        const settings = await verticaSettingsOf(userUrl.href);
        await using inspection = await inspectVertica(settings, schemas, RETRY);
        return await inspection.missingRights();
      },
      async use(url, { withoutInit = false } = {}) {
        await using warehouse = await vertica.warehouseAt(url, { ...schemas, now: () => NOW });
        if (withoutInit) await warehouse.checkSchema();
        else await warehouse.migrate();
        for (const amount of ["1", "2"]) {
          const row = transaction(DAY, { amount });
          const file = await writePartition(workDir, "transactions", DAY, [row]);
          await warehouse.replaceDay(file, STRICT_LIMITS);
        }
        const rates = await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
        await warehouse.replaceDay(rates, STRICT_LIMITS);
        await warehouse.buildMart(day, { statuses: ["done"], strict: true });
        assert.equal((await Array.fromAsync(warehouse.mart())).length, 1);
        const built = { transactions: 1, currencyRates: 1 };
        assert.deepEqual(await warehouse.buildCore(day), built);
        assert.equal(await warehouse.undoDay("transactions", day), true);
      },
    });
  }, "whose users are not ours");
}

const RETRY = {
  retryFor: 0,
  signal: new AbortController().signal,
  log: SILENT,
};

const rightsOf = (missing: MissingRight[]) => missing.map(({ right }) => right);
const grantsOf = (missing: MissingRight[]) =>
  missing.flatMap(({ grant }) => grant.split(";").map((statement) => statement.trim()));

rightsTest("what is missing at first is what grants.sql gives, and is enough", async (place) => {
  const { stagingSchema, martSchema } = place.schemas;
  await place.dba("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
  const missing = await place.missing();
  assert.deepEqual(rightsOf(missing), [
    `TEMP on database ${place.database}`,
    "USAGE on schema public",
    `USAGE, CREATE on schema ${stagingSchema}, which does not exist`,
    `USAGE, CREATE on schema ${martSchema}, which does not exist`,
  ]);
  const script = await Deno.readTextFile(
    new URL("../../sql/warehouse/vertica/grants.sql", import.meta.url),
  );
  const values = {
    ...schemaValues(place.schemas),
    finpipe_user: new Identifier("finpipe"),
    finpipe_database: new Identifier(place.database),
    reader_role: new Identifier("finpipe_reader"),
  };
  const byFile = templatesOf(script).map((statement) => statement.withLiterals(values))
    .filter((statement) => /TO finpipe$|CREATE SCHEMA/.test(statement));
  assert.deepEqual(grantsOf(missing).sort(), byFile.sort());
  await place.dba(...grantsOf(missing).filter((grant) => !/public/.test(grant)));
  await assert.rejects(
    place.use(place.userUrl),
    (error) => isKind(error, "configuration") && /USAGE on SCHEMA 'public'/.test(error.message),
  );
  await place.dba(...grantsOf(await place.missing()));
  assert.deepEqual(await place.missing(), []);
  await place.use(place.userUrl);
  assert.deepEqual(await place.missing(), []);
});

rightsTest("who may create schemas needs none, and a superuser needs nothing", async (place) => {
  await place.dba(`GRANT CREATE, TEMP ON DATABASE ${place.database} TO finpipe`);
  assert.deepEqual(await place.missing(), []);
  await place.use(place.userUrl);
  const settings = await verticaSettingsOf(place.adminUrl);
  await using inspection = await inspectVertica(settings, place.schemas, RETRY);
  assert.deepEqual(await inspection.missingRights(), []);
});

rightsTest(
  "each right that is taken away is missed, and given back by its statement",
  async (place) => {
    const { stagingSchema, martSchema } = place.schemas;
    await place.dba(...grantsOf(await place.missing()));
    await place.use(place.userUrl);
    const system = [
      "v_catalog.columns",
      "v_catalog.constraint_columns",
      "v_catalog.projection_columns",
      "v_catalog.projections",
      "v_catalog.schemata",
      "v_catalog.tables",
      "v_monitor.current_session",
      "v_monitor.sessions",
    ];
    const taken: [revoke: string, right: string][] = [
      [`TEMP ON DATABASE ${place.database} FROM finpipe`, `TEMP on database ${place.database}`],
      ...[stagingSchema, martSchema].flatMap((schema) =>
        ["USAGE", "CREATE"].map((right): [string, string] => [
          `${right} ON SCHEMA ${schema} FROM finpipe`,
          `${right} on schema ${schema}`,
        ])
      ),
      ["USAGE ON SCHEMA public FROM PUBLIC", "USAGE on schema public"],
      ...system.map((table): [string, string] => [
        `SELECT ON ${table} FROM PUBLIC`,
        `SELECT on ${table}`,
      ]),
    ];
    for (const [revoke, right] of taken) {
      await place.dba(`REVOKE ${revoke}`);
      const missing = await place.missing();
      assert.deepEqual(rightsOf(missing), [right]);
      await place.dba(...grantsOf(missing));
      assert.deepEqual(await place.missing(), [], right);
    }
  },
);

rightsTest(
  "on tables of another owner each right is missed, and together they are enough",
  async (place) => {
    const { stagingSchema, martSchema } = place.schemas;
    await place.use(place.adminUrl);
    await place.dba(
      `GRANT TEMP ON DATABASE ${place.database} TO finpipe`,
      `GRANT USAGE, CREATE ON SCHEMA ${stagingSchema} TO finpipe`,
      `GRANT USAGE, CREATE ON SCHEMA ${martSchema} TO finpipe`,
    );
    const missing = await place.missing();
    assert.equal(missing.length, 28);
    assert.ok(
      rightsOf(missing).includes(`SELECT, INSERT, TRUNCATE on ${stagingSchema}.transactions`),
      rightsOf(missing).join("\n"),
    );
    // One alone is missed as well.
    await place.dba(...grantsOf(missing));
    assert.deepEqual(await place.missing(), []);
    await place.dba(`REVOKE DELETE ON ${martSchema}.global_metrics FROM finpipe`);
    const [one, ...more] = await place.missing();
    assert.deepEqual(more, []);
    assert.equal(one!.right, `DELETE on ${martSchema}.global_metrics`);
    await place.dba(one!.grant);
    await place.use(place.userUrl, { withoutInit: true });
  },
);

rightsTest("doctor says it as a person needs it, exit 3", async (place) => {
  const { stagingSchema, martSchema } = place.schemas;
  await place.dba(...grantsOf(await place.missing()));
  await place.use(place.userUrl);
  await place.dba(`REVOKE CREATE ON SCHEMA ${stagingSchema} FROM finpipe`);
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-rights-" });
  try {
    const { code, stdout } = await runCli(["doctor", "--retry-for", "0s"], {
      env: {
        FINPIPE_VERTICA_URL: place.userUrl,
        FINPIPE_STAGING_SCHEMA: stagingSchema,
        FINPIPE_MART_SCHEMA: martSchema,
        FINPIPE_WORK_DIR: workDir,
        FINPIPE_LOG_FORMAT: "text",
      },
    });
    assert.equal(code, 3);
    const lines = stdout.split("\n");
    const at = lines.indexOf('failed   warehouse: rights: The user "finpipe" lacks');
    assert.deepEqual(lines.slice(at + 1, at + 3).map((line) => line.trim()), [
      `CREATE on schema ${stagingSchema}`,
      `Have a DBA run: GRANT CREATE ON SCHEMA ${stagingSchema} TO finpipe;`,
    ]);
    assert.match(stdout, /^ok +warehouse: side tables/m);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
