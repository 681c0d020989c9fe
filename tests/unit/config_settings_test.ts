/** Settings: the engine rule by the ends that a command touches, secrets, and all problems at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type EndTouches, readSettings } from "../../lib/config/settings.ts";
import { isKind } from "../../lib/runtime/errors.ts";

const PG = "postgres://ada:s3cret@h/d";
const VERTICA = "vertica://ada:s3cret@h/d";

const STAGING = { staging: true } as const;
const WAREHOUSE = { warehouse: true } as const;
const BOTH = { staging: true, warehouse: true } as const;
const TOPIC = { staging: true, kafka: true } as const;
const IF_SET = { staging: "if-set", warehouse: "if-set" } as const;

interface Given {
  pg?: string;
  vertica?: string;
  engine?: "embedded" | "remote";
}

/** What readSettings comes to: `engine staging/warehouse`, or the message of its error. */
async function outcome({ pg, vertica, engine }: Given, touches: EndTouches): Promise<string> {
  const env: Record<string, string | undefined> = {
    FINPIPE_PG_URL: pg,
    FINPIPE_VERTICA_URL: vertica,
    FINPIPE_KAFKA_BROKERS: "h:9092",
  };
  const flags = engine === undefined ? {} : { engine };
  try {
    const settings = await readSettings({ env: (name) => env[name], flags }, touches);
    const end = (kind: string | undefined) => kind ?? "-";
    return `${settings.engine} ${end(settings.staging?.kind)}/${end(settings.warehouse?.kind)}`;
  } catch (error) {
    assert.ok(isKind(error, "configuration"));
    return `${error.message}\n${error.hint}`;
  }
}

const NO_PG = /Cannot use FINPIPE_PG_URL: it is not set, though FINPIPE_VERTICA_URL is/;
const NO_WAREHOUSE = /Cannot use FINPIPE_VERTICA_URL: it is not set, though FINPIPE_PG_URL is/;

const RULE: [given: Given, touches: EndTouches, outcome: string | RegExp][] = [
  [{}, STAGING, "embedded embedded/-"],
  [{}, WAREHOUSE, "embedded -/embedded"],
  [{}, BOTH, "embedded embedded/embedded"],
  [{}, IF_SET, "embedded embedded/embedded"],
  [{}, {}, "embedded -/-"],
  [{ pg: "", vertica: "" }, {}, "embedded -/-"],
  [
    { pg: "", vertica: "" },
    BOTH,
    /2 problems\n.*PG_URL: it is empty\n.*\n.*VERTICA_URL: it is empty/,
  ],
  [{ pg: "", vertica: "" }, IF_SET, /2 problems/],
  [{ pg: "" }, STAGING, /Cannot use FINPIPE_PG_URL: it is empty\nSet it to postgres:/],
  [{ pg: "" }, TOPIC, /Cannot use FINPIPE_PG_URL: it is empty/],
  [
    { vertica: "" },
    STAGING,
    /FINPIPE_PG_URL: it is not set, though FINPIPE_VERTICA_URL is present but empty/,
  ],
  [{ pg: "", vertica: "", engine: "embedded" }, BOTH, "embedded embedded/embedded"],
  [{ pg: "", vertica: "embedded" }, STAGING, /FINPIPE_PG_URL: it is empty/],
  [{ pg: "", vertica: VERTICA }, BOTH, /FINPIPE_PG_URL: it is empty/],
  [{ pg: "", vertica: VERTICA }, IF_SET, "remote -/vertica"],
  [{ pg: PG, vertica: "" }, STAGING, "remote postgres/-"],
  [{ pg: PG, vertica: "" }, WAREHOUSE, /FINPIPE_VERTICA_URL: it is empty/],
  [{ pg: PG, vertica: "" }, IF_SET, "remote postgres/-"],

  [
    {},
    TOPIC,
    /Cannot use FINPIPE_PG_URL: it is not set, and finpipe lands a topic .*\n.* --engine embedded/,
  ],
  [{}, { kafka: true }, "embedded -/-"],
  [{ engine: "embedded" }, TOPIC, "embedded embedded/-"],
  [{ pg: "embedded" }, TOPIC, "embedded embedded/-"],
  [{ pg: PG }, TOPIC, "remote postgres/-"],
  [{ vertica: "embedded" }, TOPIC, NO_PG],
  [{ engine: "remote" }, TOPIC, /FINPIPE_PG_URL: it is not set, and --engine is remote/],

  [{ pg: PG }, STAGING, "remote postgres/-"],
  [{ pg: PG }, WAREHOUSE, NO_WAREHOUSE],
  [{ pg: PG }, BOTH, NO_WAREHOUSE],
  [{ pg: PG }, IF_SET, "remote postgres/-"],
  [{ pg: PG }, {}, "embedded -/-"],

  [{ pg: PG, vertica: "embedded" }, STAGING, "remote postgres/-"],
  [{ pg: PG, vertica: "embedded" }, WAREHOUSE, "embedded -/embedded"],
  [{ pg: PG, vertica: "embedded" }, BOTH, "mixed postgres/embedded"],
  [{ pg: PG, vertica: "embedded" }, IF_SET, "mixed postgres/embedded"],
  [{ pg: "embedded", vertica: "embedded" }, BOTH, "embedded embedded/embedded"],

  [{ vertica: "embedded" }, STAGING, NO_PG],
  [{ vertica: "embedded" }, WAREHOUSE, "embedded -/embedded"],
  [{ vertica: "embedded" }, BOTH, NO_PG],
  [{ vertica: "embedded" }, IF_SET, "embedded -/embedded"],
  [{ pg: "embedded" }, STAGING, "embedded embedded/-"],
  [{ pg: "embedded" }, WAREHOUSE, NO_WAREHOUSE],
  [{ pg: "embedded" }, IF_SET, "embedded embedded/-"],

  [{ vertica: VERTICA }, STAGING, NO_PG],
  [{ vertica: VERTICA }, WAREHOUSE, "remote -/vertica"],
  [{ vertica: VERTICA }, IF_SET, "remote -/vertica"],
  [{ pg: PG, vertica: VERTICA }, STAGING, "remote postgres/-"],
  [{ pg: PG, vertica: VERTICA }, WAREHOUSE, "remote -/vertica"],
  [{ pg: PG, vertica: VERTICA }, BOTH, "remote postgres/vertica"],
  [{ pg: PG, vertica: VERTICA }, IF_SET, "remote postgres/vertica"],
  [{ pg: "embedded", vertica: VERTICA }, BOTH, "mixed embedded/vertica"],
  [{ engine: "remote", pg: PG, vertica: VERTICA }, BOTH, "remote postgres/vertica"],
  [{ pg: "nonsense" }, WAREHOUSE, NO_WAREHOUSE],

  [{ engine: "embedded", pg: PG, vertica: VERTICA }, BOTH, "embedded embedded/embedded"],
  [{ engine: "embedded", pg: "nonsense" }, BOTH, "embedded embedded/embedded"],
  [{ engine: "embedded" }, IF_SET, "embedded embedded/embedded"],

  [{ engine: "remote" }, STAGING, /FINPIPE_PG_URL: it is not set, and --engine is remote/],
  [{ engine: "remote" }, WAREHOUSE, /FINPIPE_VERTICA_URL: it is not set, and --engine is remote/],
  [{ engine: "remote" }, BOTH, /2 problems\n {2}FINPIPE_PG_URL:[^]*\n {2}FINPIPE_VERTICA_URL:/],
  [{ engine: "remote" }, IF_SET, /2 problems\n {2}FINPIPE_PG_URL:[^]*\n {2}FINPIPE_VERTICA_URL:/],
  [{ engine: "remote", pg: PG }, STAGING, "remote postgres/-"],
  [{ engine: "remote", pg: PG }, IF_SET, "remote postgres/-"],
  [{ engine: "remote", pg: PG, vertica: "embedded" }, BOTH, "mixed postgres/embedded"],
  [{ engine: "remote", pg: "embedded" }, STAGING, "embedded embedded/-"],
];

for (const [given, touches, expected] of RULE) {
  Deno.test(`engine: ${JSON.stringify(given)} touching ${JSON.stringify(touches)}`, async () => {
    const found = await outcome(given, touches);
    if (typeof expected === "string") assert.equal(found, expected);
    else assert.match(found, expected);
    assert.doesNotMatch(found, /s3cret/);
  });
}

function read(
  env: Record<string, string>,
  touches: EndTouches,
  flags: Record<string, unknown> = {},
) {
  return readSettings({ env: (name) => env[name], flags }, touches);
}

/** The whole text of a configuration error. */
async function problemOf(env: Record<string, string>, touches: EndTouches): Promise<string> {
  let text = "";
  await assert.rejects(read(env, touches), (error) => {
    assert.ok(isKind(error, "configuration"), String(error));
    text = `${error.message}\n${error.hint}`;
    return true;
  });
  return text;
}

Deno.test("what is left out is said", async () => {
  const alone = await read({ FINPIPE_PG_URL: PG }, IF_SET);
  assert.equal(alone.warehouseLeftOut, "FINPIPE_VERTICA_URL is not set");
  const warehouse = await read({ FINPIPE_VERTICA_URL: "embedded" }, IF_SET);
  assert.equal(warehouse.stagingLeftOut, "FINPIPE_PG_URL is not set");
});

Deno.test("flags win over variables, those over the defaults", async () => {
  const defaults = await read({ FINPIPE_WORK_DIR: "" }, BOTH);
  assert.equal(defaults.workDir, "./finpipe-data");
  assert.equal(defaults.retryFor, 60_000);
  assert.deepEqual([defaults.stagingSchema, defaults.martSchema], [
    "finpipe_staging",
    "finpipe_mart",
  ]);
  const env = {
    FINPIPE_WORK_DIR: "/env",
    FINPIPE_STAGING_SCHEMA: "a",
    FINPIPE_MART_SCHEMA: "b",
    FINPIPE_ENGINE: "remote",
  };
  const flagged = await read(env, BOTH, { engine: "embedded", workDir: "/flag", retryFor: "2m" });
  assert.equal(flagged.workDir, "/flag");
  assert.equal(flagged.retryFor, 120_000);
  assert.deepEqual([flagged.stagingSchema, flagged.martSchema], ["a", "b"]);
  assert.equal((await read({ FINPIPE_WORK_DIR: "/env" }, BOTH)).workDir, "/env");
});

Deno.test("Airflow's connection is used where ours is not set", async () => {
  const env = {
    AIRFLOW_CONN_PG_CONNECTION: '{"conn_type": "postgres", "host": "airflow", "schema": "d"}',
    USER: "ada",
  };
  const { staging } = await read(env, STAGING);
  assert.ok(staging?.kind === "postgres");
  assert.equal(staging.postgres.displayName, "PostgreSQL at airflow:5432/d");
  assert.equal(staging.postgres.user, "ada");
  const ours = await read({ ...env, FINPIPE_PG_URL: PG }, STAGING);
  assert.ok(ours.staging?.kind === "postgres");
  assert.equal(ours.staging.postgres.host, "h");
  const { warehouse } = await read({ ...env, AIRFLOW_CONN_VERTICA_CONNECTION: VERTICA }, BOTH);
  assert.ok(warehouse?.kind === "vertica");
  assert.equal(warehouse.vertica.displayName, "Vertica at h:5433/d");
});

Deno.test("a secret may be in a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "url");
    const env = { FINPIPE_PG_URL_FILE: path, FINPIPE_VERTICA_URL: "embedded" };
    for (const end of ["", "\n", "\r\n"]) {
      await Deno.writeTextFile(path, PG + end);
      const { staging } = await read(env, BOTH);
      assert.ok(staging?.kind === "postgres");
      assert.equal(staging.postgres.password, "s3cret");
      assert.equal(staging.postgres.database, "d");
    }
    assert.match(
      await problemOf({ ...env, FINPIPE_PG_URL: PG }, BOTH),
      /FINPIPE_PG_URL_FILE: FINPIPE_PG_URL is set too\nUnset one/,
    );
    await Deno.writeTextFile(path, "\n");
    assert.match(await problemOf(env, BOTH), /FINPIPE_PG_URL_FILE: the file ".*url" is empty/);
    await Deno.remove(path);
    assert.match(await problemOf(env, BOTH), /FINPIPE_PG_URL_FILE: there is no file ".*url"/);
    const warehouse = await read(env, WAREHOUSE);
    assert.equal(warehouse.warehouse?.kind, "embedded", "an untouched end's file is not read");
    const airflow = { AIRFLOW_CONN_PG_CONNECTION_FILE: path };
    await Deno.writeTextFile(path, "postgresql+psycopg2://ada@airflow/d\n");
    const { staging } = await read(airflow, STAGING);
    assert.ok(staging?.kind === "postgres");
    assert.equal(staging.postgres.host, "airflow");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("everything that is wrong is said at once, each with its source and the mend", async () => {
  const text = await problemOf({
    FINPIPE_ENGINE: "fast",
    FINPIPE_PG_URL: "postgres://ada:s3cret@h:port/d?sslmode=no&x=1",
    FINPIPE_VERTICA_URL: `${VERTICA}?tls_mode=prefer`,
    FINPIPE_STAGING_SCHEMA: "a-b",
    FINPIPE_MART_SCHEMA: "pg_mart",
  }, BOTH);
  assert.equal(
    text,
    `Cannot use the settings: 7 problems
  FINPIPE_ENGINE: it is "fast"
    Set it to embedded or remote, or unset it
  FINPIPE_PG_URL: finpipe does not know the parameter "x"
    Take it out
  FINPIPE_PG_URL: the port is not a number from 1 to 65535
    Write the port after the host, as in :5432
  FINPIPE_PG_URL: sslmode is "no"
    Use one of disable, allow, prefer, require, verify-ca, verify-full
  FINPIPE_VERTICA_URL: tls_mode=prefer falls back to clear text where the server has no TLS
    Use require, verify-ca or verify-full
  FINPIPE_STAGING_SCHEMA: "a-b" is not a plain name
    Use up to 63 letters, digits and underscores
  FINPIPE_MART_SCHEMA: "pg_mart" is a name that finpipe or the database uses itself
    Use another name
undefined`,
  );
});

Deno.test("schema names are plain, free and different", async () => {
  const mart = (name: string) => ({ FINPIPE_MART_SCHEMA: name });
  for (const name of ["a b", 'a"b', "a;b", "1a", "é", "a".repeat(64)]) {
    assert.match(await problemOf(mart(name), WAREHOUSE), /is not a plain name/);
  }
  for (const name of ["stg", "FINPIPE", "information_schema", "pg_x"]) {
    assert.match(
      await problemOf(mart(name), WAREHOUSE),
      /that finpipe or the database uses itself/,
    );
  }
  for (const name of ["order", "User", "with"]) {
    assert.match(await problemOf(mart(name), WAREHOUSE), /is a reserved word of SQL/);
  }
  assert.match(
    await problemOf(mart("Finpipe_Staging"), WAREHOUSE),
    /FINPIPE_MART_SCHEMA: it is the same as FINPIPE_STAGING_SCHEMA/,
  );
  for (const name of ["_a", "STV230533__DWH", "a".repeat(63)]) {
    assert.equal((await read(mart(name), WAREHOUSE)).martSchema, name);
  }
  assert.equal((await read(mart("a b"), STAGING)).martSchema, "a b", "untouched: not judged");
});

Deno.test("a malformed --retry-for is a usage error", async () => {
  await assert.rejects(read({}, STAGING, { retryFor: "soon" }), (error) => isKind(error, "usage"));
});
