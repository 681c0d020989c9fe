/** Settings as they are shown: where each came from, and no secret. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { CATALOGUE } from "../../lib/config/catalogue.ts";
import { maskedAddresses, maskedConnection } from "../../lib/config/masked.ts";
import { POSTGRES_FORM } from "../../lib/config/postgres_url.ts";
import { type ShownSetting, shownSettings } from "../../lib/config/shown.ts";
import { unknownVariables } from "../../lib/config/unknown_variables.ts";
import { VERTICA_FORM } from "../../lib/config/vertica_settings.ts";
import { inFolder } from "../support/folder.ts";

async function shown(
  env: Record<string, string>,
  { flags = {}, places = {} }: {
    flags?: Record<string, unknown>;
    places?: Record<string, string>;
  } = {},
): Promise<(name: string) => ShownSetting> {
  const settings = await shownSettings({
    env: (name) => env[name],
    flags,
    placeOf: (name) => places[name],
  });
  return (wanted) => settings.find(({ name }) => name === wanted)!;
}

function briefly({ value, origin, from, problem }: ShownSetting) {
  return [value, origin, from, problem];
}

Deno.test("an option, a variable, an env file, a default, nothing", async () => {
  const env = { FINPIPE_TOPIC: "t", FINPIPE_GROUP: "", FINPIPE_WORK_DIR: "w", FINPIPE_TYPES: "a" };
  const of = await shown(env, {
    flags: { workDir: "v" },
    places: { FINPIPE_TYPES: "prod.env, line 3" },
  });
  assert.deepEqual(briefly(of("FINPIPE_WORK_DIR")), ["v", "flag", "--work-dir", null]);
  assert.deepEqual(briefly(of("FINPIPE_TOPIC")), ["t", "variable", "FINPIPE_TOPIC", null]);
  assert.deepEqual(briefly(of("FINPIPE_GROUP")), ["finpipe", "default", null, null]);
  const from = "FINPIPE_TYPES (prod.env, line 3)";
  assert.deepEqual(briefly(of("FINPIPE_TYPES")), ["a", "env file", from, null]);
  assert.deepEqual(briefly(of("FINPIPE_KAFKA_SASL")), [null, "unset", null, null]);
});

Deno.test("secrets: by a file, by Airflow's connection, twice, an empty URL", () =>
  inFolder(async (folder) => {
    const path = join(folder, "secret");
    await Deno.writeTextFile(path, "postgres://ada:hunter2@h/db\n");
    const of = await shown({
      FINPIPE_PG_URL_FILE: path,
      AIRFLOW_CONN_VERTICA_CONNECTION: '{"conn_type":"vertica","host":"v","password":"hunter2"}',
      FINPIPE_KAFKA_PASSWORD: "hunter2",
      FINPIPE_KAFKA_PASSWORD_FILE: path,
      FINPIPE_VERTICA_OAUTH_TOKEN_FILE: `${path}-not`,
    });
    const file = `FINPIPE_PG_URL_FILE: ${path}`;
    assert.deepEqual(briefly(of("FINPIPE_PG_URL")), [
      "postgres://ada:***@h/db",
      "file",
      file,
      null,
    ]);
    assert.deepEqual(briefly(of("FINPIPE_VERTICA_URL")).slice(0, 2), [
      "vertica://:***@v",
      "airflow",
    ]);
    assert.equal(of("FINPIPE_KAFKA_PASSWORD").value, null);
    assert.match(of("FINPIPE_KAFKA_PASSWORD").problem!, /is set too/);
    assert.match(of("FINPIPE_VERTICA_OAUTH_TOKEN").problem!, /^there is no file/);
    const empty = (await shown({ FINPIPE_PG_URL: "" }))("FINPIPE_PG_URL");
    assert.deepEqual(briefly(empty), ["", "variable", "FINPIPE_PG_URL", "it is empty"]);
    const token = (await shown({ FINPIPE_VERTICA_OAUTH_TOKEN: "hunter2" }))(
      "FINPIPE_VERTICA_OAUTH_TOKEN",
    );
    assert.equal(token.value, "***");
  }));

Deno.test("a connection is shown without what is secret, or could be a piece of it", () => {
  const postgres = (url: string) => maskedConnection(url, POSTGRES_FORM, false);
  assert.equal(postgres("embedded"), "embedded");
  assert.equal(
    postgres("postgres://a%40b:p%2Fw@[::1]:5432/db?sslmode=require&password=pw&token=pw"),
    "postgres://a%40b:***@[::1]:5432/db?sslmode=require&password=***&token=***",
  );
  for (const url of ["hunter2", "mysql://a:hunter2@h/db", "postgres://a:hun/ter2@h/db", "{"]) {
    assert.equal(postgres(url), "***");
  }
  assert.equal(maskedConnection('{"conn_type": "hunter2"', VERTICA_FORM, true), "***");
  assert.equal(maskedAddresses("kafka://a:hunter2@h:9092"), "***");
  assert.equal(maskedAddresses("a:9092, b:9092"), "a:9092, b:9092");
});

Deno.test("no password of a URL is shown, whatever is in it", () => {
  const word = fc.string({ minLength: 1 }).map((text) => `${text}hunter2`);
  fc.assert(fc.property(word, fc.boolean(), (password, isEscaped) => {
    const shown = isEscaped ? encodeURIComponent(password) : password;
    const url = `postgres://ada:${shown}@host:5432/db?sslmode=require`;
    assert.doesNotMatch(maskedConnection(url, POSTGRES_FORM, false), /hunter2/);
  }));
});

Deno.test("variables that finpipe does not read are told, with the one that was meant", () => {
  const names = [
    ...CATALOGUE.map(({ name }) => name),
    "FINPIPE_PG_URL_FILE",
    "AIRFLOW_CONN_PG_CONNECTION",
    "FINPIPE_TEST_PG_URL",
    "PATH",
    "FINPIPE_PGURL",
    "finpipe_topic",
    "FINPIPE_TOPIC_FILE",
    "FINPIPE_WAREHOUSE",
  ];
  assert.deepEqual(unknownVariables(names), [
    { name: "FINPIPE_PGURL", near: "FINPIPE_PG_URL" },
    { name: "FINPIPE_TOPIC_FILE", near: "FINPIPE_TOPIC" },
    { name: "FINPIPE_WAREHOUSE", near: null },
    { name: "finpipe_topic", near: "FINPIPE_TOPIC" },
  ]);
});
