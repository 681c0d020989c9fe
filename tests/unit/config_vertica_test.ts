/** Connections to Vertica: URL, Airflow's forms, token, nodes and TLS, and what is wrong with them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSettings } from "../../lib/config/settings.ts";
import type { VerticaSettings } from "../../lib/config/vertica_settings.ts";
import { isKind } from "../../lib/runtime/errors.ts";

async function read(env: Record<string, string>): Promise<VerticaSettings> {
  const { warehouse } = await readSettings({ env: (name) => env[name], flags: {} }, {
    warehouse: true,
  });
  assert.ok(warehouse?.kind === "vertica");
  return warehouse.vertica;
}

const url = (text: string) => read({ FINPIPE_VERTICA_URL: text });

/** The whole text of a configuration error. */
async function problemOf(env: Record<string, string>): Promise<string> {
  const error = await read(env).then(() => undefined, (error) => error);
  assert.ok(isKind(error, "configuration"), String(error));
  const text = `${error.message}\n${error.hint}`;
  assert.doesNotMatch(text, /s3cret/);
  return text;
}

Deno.test("a URL says where, who, and how safe", async () => {
  assert.deepEqual(await url("vertica://ada:p%2Fw@node1/money"), {
    nodes: [{ host: "node1", port: 5433 }],
    user: "ada",
    password: "p/w",
    oauthToken: undefined,
    database: "money",
    tls: false,
    statementTimeout: undefined,
    displayName: "Vertica at node1:5433/money",
    warning: "Password and rows go to Vertica at node1:5433/money in clear text: " +
      "tls_mode is not set. Set it to verify-full with tls_ca_file, or to disable",
  });
});

Deno.test("backup nodes follow the first, each with its port", async () => {
  const { nodes, displayName } = await url(
    "vertica://ada@node1:5434/money?backup_server_node=node2:5435,[fd00::1]:5436,node3",
  );
  assert.deepEqual(nodes, [
    { host: "node1", port: 5434 },
    { host: "node2", port: 5435 },
    { host: "fd00::1", port: 5436 },
    { host: "node3", port: 5433 },
  ]);
  assert.equal(displayName, "Vertica at node1:5434/money and 3 more");
});

Deno.test("clear text is warned of off loopback, unless it was asked for", async () => {
  for (
    const [text, warned] of [
      ["vertica://ada@127.0.0.1/d", false],
      ["vertica://ada@localhost/d", false],
      ["vertica://ada@[::1]/d", false],
      ["vertica://ada@/d", false],
      ["vertica://ada@127.0.0.1/d?backup_server_node=node2", true],
      ["vertica://ada@127.example/d", true],
      ["vertica://ada@node1/d?tls_mode=disable", false],
      ["vertica://ada@node1/d?tls_mode=require", false],
    ] as const
  ) {
    assert.equal((await url(text)).warning !== undefined, warned, text);
  }
});

Deno.test("each tls_mode checks what it says, and more where an authority is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [ca, key] = [join(folder, "ca.pem"), join(folder, "key.pem")];
    await Deno.writeTextFile(ca, "-----BEGIN CERTIFICATE-----\n");
    await Deno.writeTextFile(key, "-----BEGIN PRIVATE KEY-----\n");
    for (
      const [parameters, expected] of [
        ["tls_mode=disable", undefined],
        ["tls_mode=require", "none"],
        [`tls_mode=require&tls_ca_file=${ca}`, "chain"],
        [`tls_mode=verify-ca&tls_ca_file=${ca}`, "chain"],
        [`tls_mode=verify-full&tls_ca_file=${ca}`, "full"],
        ["tls_mode=verify-full", "full"],
      ] as const
    ) {
      const { tls } = await url(`vertica://ada@h/d?${parameters}`);
      assert.equal(tls === false ? undefined : tls.verify, expected, parameters);
    }
    const files = `tls_cert_file=${ca}&tls_key_file=${key}`;
    const { tls } = await url(`vertica://ada@h/d?tls_mode=verify-full&${files}`);
    assert.ok(tls !== false);
    assert.match(tls.client!.key, /PRIVATE KEY/);
    const half = `vertica://ada@h/d?tls_mode=require&tls_cert_file=${ca}`;
    assert.match(await problemOf({ FINPIPE_VERTICA_URL: half }), /only one of/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const JSON_FORM = {
  conn_type: "vertica",
  host: "h",
  port: 5444,
  login: "ada",
  password: "s3cret",
  schema: "d",
  extra: { backup_server_node: "node2", tls_mode: "require", unicode_error: "strict" },
};

Deno.test("Airflow's connection says the same, as URI and as JSON", async () => {
  for (
    const value of [
      "vertica://ada:s3cret@h:5444/d?backup_server_node=node2&tls_mode=require&autocommit=True",
      "vertica+vertica_python://ada:s3cret@h:5444/d?backup_server_node=node2&tls_mode=require",
      JSON.stringify(JSON_FORM),
    ]
  ) {
    const settings = await read({ AIRFLOW_CONN_VERTICA_CONNECTION: value });
    assert.deepEqual(settings.nodes, [{ host: "h", port: 5444 }, { host: "node2", port: 5433 }]);
    assert.deepEqual(settings.tls, { verify: "none" });
    assert.equal(settings.password, "s3cret");
  }
});

Deno.test("a token stands for a password, and needs no user", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "token");
    await Deno.writeTextFile(path, "t0ken\n");
    const env = { FINPIPE_VERTICA_URL: "vertica://h/d", FINPIPE_VERTICA_OAUTH_TOKEN_FILE: path };
    const { user, password, oauthToken } = await read(env);
    assert.deepEqual([user, password, oauthToken], ["", undefined, "t0ken"]);
    assert.match(
      await problemOf({ ...env, FINPIPE_VERTICA_URL: "vertica://ada:s3cret@h/d" }),
      /it has a password, and FINPIPE_VERTICA_OAUTH_TOKEN_FILE is set/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the server's time limit for a statement is a duration", async () => {
  assert.equal((await url("vertica://a@h/d?statement_timeout=30m")).statementTimeout, 1_800_000);
});

const BAD: [url: string, problem: RegExp][] = [
  ["postgres://ada:s3cret@h/d", /it is not a vertica:\/\/ URL\nWrite it as vertica:\/\//],
  ["vertica://h/d", /it names no user/],
  ["vertica://ada@h", /it names no database/],
  ["vertica://ada@h:x/d", /the port is not a number from 1 to 65535\n.* as in :5433/],
  ["vertica://ada:s3cret/@h/d", /there is an @ after the host/],
  ["vertica://ada@h/d?tls_mode=prefer", /tls_mode=prefer falls back to clear text/],
  ["vertica://ada@h/d?tls_mode=on", /tls_mode is "on"\nUse one of disable, require, verify-ca/],
  ["vertica://ada@h/d?tls_mode=verify-ca", /verify-ca needs a CA to check/],
  ["vertica://ada@h/d?tls_mode=require&tls_ca_file=/none", /tls_ca_file: there is no file/],
  ["vertica://ada@h/d?tls_mode=disable&tls_ca_file=/dev/null", /TLS files are named/],
  ["vertica://ada@h/d?backup_server_node=node2:x", /the port is not a number/],
  ["vertica://ada@h/d?backup_server_node=,", /backup_server_node cannot be read/],
  ["vertica://ada@h/d?statement_timeout=soon", /statement_timeout is not a duration/],
  ["vertica://ada@h/d?statement_timeout=10ms", /statement_timeout is not a duration/],
  ["vertica://ada@h/d?ssl=true", /"ssl", which is for another client\n.* set tls_mode to require/],
  ["vertica://ada@h/d?oauth_access_token=s3cret", /set FINPIPE_VERTICA_OAUTH_TOKEN/],
  ["vertica://ada@h/d?sslmode=require", /does not know the parameter "sslmode"/],
];

for (const [text, problem] of BAD) {
  Deno.test(`reports ${text.replace("s3cret", "...")}`, async () => {
    assert.match(await problemOf({ FINPIPE_VERTICA_URL: text }), problem);
  });
}
