/** Airflow's connection variables say the same as a URL. */
import assert from "node:assert/strict";
import { parseAirflowConnection } from "../../lib/config/airflow.ts";
import type { ConnectionForm } from "../../lib/config/connection_url.ts";
import { VERTICA_FORM } from "../../lib/config/vertica_settings.ts";

function read(value: string, form?: ConnectionForm) {
  const problems: string[] = [];
  const report = (what: string, mend: string) => void problems.push(`${what}; ${mend}`);
  const parts = parseAirflowConnection(value, report, form);
  return { parts, problems };
}

const SAME = {
  host: "db.example",
  port: "6432",
  user: "ada",
  password: "p/w",
  database: "money",
  parameters: new Map([["sslmode", "require"]]),
};
const JSON_FORM = {
  conn_type: "postgres",
  host: "db.example",
  port: 6432,
  login: "ada",
  password: "p/w",
  schema: "money",
  extra: { sslmode: "require" } as unknown,
};

const FORMS: [name: string, value: string][] = [
  ["URI", "postgres://ada:p%2Fw@db.example:6432/money?sslmode=require"],
  ["URI with a driver", "postgresql+psycopg2://ada:p%2Fw@db.example:6432/money?sslmode=require"],
  [
    "URI with an extra of Airflow's hook",
    "postgres://ada:p%2Fw@db.example:6432/money?cursor=dictcursor&sslmode=require",
  ],
  [
    "URI with extras as JSON",
    "postgres://ada:p%2Fw@db.example:6432/money?__extra__=%7B%22sslmode%22%3A+%22require%22%7D",
  ],
  [
    "URI with extras as JSON, its spaces as %20",
    "postgres://ada:p%2Fw@db.example:6432/money?__extra__=%7B%22sslmode%22%3A%20%22require%22%7D",
  ],
  ["JSON", JSON.stringify(JSON_FORM)],
  ["JSON with line ends around", `\n ${JSON.stringify(JSON_FORM, null, 2)}\n`],
  ["JSON with the extra as text", JSON.stringify({ ...JSON_FORM, extra: '{"sslmode":"require"}' })],
  ["JSON with the port as text", JSON.stringify({ ...JSON_FORM, port: "6432" })],
  ["JSON of SQLAlchemy's type", JSON.stringify({ ...JSON_FORM, conn_type: "postgresql+psycopg2" })],
  [
    "JSON with unknown keys and extras of Airflow's hook",
    JSON.stringify({
      ...JSON_FORM,
      description: "",
      extra: { cursor: "dictcursor", sslmode: "require", sslcert: null },
    }),
  ],
];

for (const [name, value] of FORMS) {
  Deno.test(`reads Airflow's ${name}`, () => {
    assert.deepEqual(read(value), { parts: SAME, problems: [] });
  });
}

Deno.test("a + is a space in the query of Airflow's URI, and a + anywhere else", () => {
  const extra = new URLSearchParams({
    __extra__: JSON.stringify({ tls_ca_file: "/etc/my ca+root.pem" }),
  });
  const plain = new URLSearchParams({ tls_ca_file: "/etc/my ca+root.pem" });
  assert.match(`${extra}${plain}`, /my\+ca%2Broot/);
  for (const query of [extra, plain]) {
    const { parts, problems } = read(`vertica://a+da:p+w@h/my+db?${query}`, VERTICA_FORM);
    assert.deepEqual(problems, []);
    const { user, password, database, parameters } = parts!;
    assert.deepEqual([user, password, database], ["a+da", "p+w", "my+db"]);
    assert.deepEqual([...parameters], [["tls_ca_file", "/etc/my ca+root.pem"]]);
  }
});

Deno.test("parts that are absent, null or empty are left to the defaults", () => {
  const nothing = {
    host: undefined,
    port: undefined,
    user: undefined,
    password: undefined,
    database: undefined,
    parameters: new Map(),
  };
  assert.deepEqual(read("{}").parts, nothing);
  const text = '{"host": "", "port": null, "login": null, "password": "", "extra": ""}';
  assert.deepEqual(read(text).parts, nothing);
});

const BAD: [value: string, ...problems: RegExp[]][] = [
  ["vertica://u:s3cret@h/d", /not a postgres:\/\/ URL/],
  ['{"password": "s3cret"', /its JSON value must be a JSON object/],
  ['{"conn_type": "mysql", "password": "s3cret"}', /conn_type is not postgres/],
  [
    '{"password": 5353, "login": ["s3cret"]}',
    /login must be a string/,
    /password must be a string/,
  ],
  ['{"port": 1.5}', /port must be a whole number/],
  ['{"extra": ["s3cret"]}', /extra must be an object/],
  ['{"extra": 7}', /extra must be an object/],
  ['{"extra": "s3cret"}', /extra is not a JSON object/],
  ["postgres://h/d?__extra__=s3cret", /extra is not a JSON object/],
];

for (const [value, ...expected] of BAD) {
  Deno.test(`reports ${value}`, () => {
    const { parts, problems } = read(value);
    assert.equal(parts, undefined);
    assert.equal(problems.length, expected.length, problems.join("\n"));
    expected.forEach((pattern, index) => assert.match(problems[index]!, pattern));
    for (const text of problems) assert.doesNotMatch(text, /s3cret|5353/);
  });
}
