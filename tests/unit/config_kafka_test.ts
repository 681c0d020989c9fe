/** Kafka's settings: what is read, and everything that is wrong with them at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { isKafkaSet, type KafkaSettings, readKafka } from "../../lib/config/kafka.ts";
import { Problems } from "../../lib/config/problems.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import {
  CA_CERT,
  CLIENT_CERT,
  CLIENT_KEY,
  OTHER_CERT,
  OTHER_KEY,
} from "../support/kafka/credentials.ts";

type Env = Record<string, string>;

const ONE = { FINPIPE_KAFKA_BROKERS: "kafka.example:9092" };
const SCRAM = { ...ONE, FINPIPE_KAFKA_SASL: "scram-sha-512", FINPIPE_KAFKA_USERNAME: "ada" };
const OAUTH = {
  ...ONE,
  FINPIPE_KAFKA_SASL: "OAUTHBEARER",
  FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT: "https://idp.example/token",
  FINPIPE_KAFKA_OAUTH_CLIENT_ID: "finpipe",
};
const TLS = { ...ONE, FINPIPE_KAFKA_TLS: "true" };
const IAM = { ...TLS, FINPIPE_KAFKA_SASL: "AWS-MSK-IAM", AWS_REGION: "eu-central-1" };
const KEYS = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "s3cret" };

async function read(env: Env, flags: Record<string, unknown> = {}): Promise<KafkaSettings> {
  const problems = new Problems();
  const settings = await readKafka({ env: (name) => env[name], flags }, problems);
  problems.throwIfAny();
  return settings;
}

/** Every problem as a person reads it. */
async function problemsOf(env: Env, flags: Record<string, unknown> = {}): Promise<string> {
  try {
    await read(env, flags);
  } catch (error) {
    assert.ok(isKind(error, "configuration"));
    const text = `${error.message}\n${error.hint ?? ""}`;
    assert.doesNotMatch(text, /s3cret|MIGH/);
    return text;
  }
  assert.fail("Nothing was reported");
}

/** A folder of PEM files. */
async function makePlace(): Promise<AsyncDisposable & { file: (name: string) => string }> {
  const path = await Deno.makeTempDir();
  const files = {
    ca: OTHER_CERT + CA_CERT,
    cert: CLIENT_CERT,
    key: CLIENT_KEY,
    otherKey: OTHER_KEY,
    junk: "no PEM at all",
    damaged: CA_CERT.replace(/M[A-Z]/, "AA"),
    encrypted: CLIENT_KEY.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
    password: "s3cret\n",
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(path, name), text);
  }
  return {
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("the brokers are enough", async () => {
  assert.deepEqual(await read(ONE), {
    brokers: ["kafka.example:9092"],
    topic: "transaction-service-input",
    group: "finpipe",
    tls: undefined,
    sasl: undefined,
    displayName: "Kafka at kafka.example:9092",
  });
  assert.ok(isKafkaSet({ env: (name) => ({ ...ONE } as Env)[name], flags: {} }));
  assert.ok(!isKafkaSet({ env: () => "", flags: {} }));
});

Deno.test("topic and group come from flags, else from variables", async () => {
  const env = { ...ONE, FINPIPE_TOPIC: "events.v1", FINPIPE_GROUP: "mine" };
  const { topic, group } = await read(env, { topic: "other_topic-2" });
  assert.deepEqual({ topic, group }, { topic: "other_topic-2", group: "mine" });
});

Deno.test("several brokers, with spaces around", async () => {
  const { brokers } = await read({ FINPIPE_KAFKA_BROKERS: "a:1, b.example:65535 ,10.0.0.1:9092" });
  assert.deepEqual(brokers, ["a:1", "b.example:65535", "10.0.0.1:9092"]);
});

Deno.test("SASL by tokens, the client's secret also from a file", async () => {
  await using place = await makePlace();
  const env = { ...OAUTH, FINPIPE_KAFKA_OAUTH_CLIENT_SECRET_FILE: place.file("password") };
  const { sasl } = await read({ ...env, FINPIPE_KAFKA_OAUTH_SCOPE: "read" });
  assert.deepEqual(sasl, {
    mechanism: "oauthbearer",
    oauth: {
      tokenEndpoint: new URL("https://idp.example/token"),
      clientId: "finpipe",
      clientSecret: "s3cret",
      scope: "read",
    },
  });
});

Deno.test("SASL by IAM: the region, and credentials in their order", async () => {
  await using place = await makePlace();
  const iam = async (env: Env) => {
    const { sasl } = await read({ ...IAM, ...env });
    assert.ok(sasl?.mechanism === "aws-msk-iam");
    return sasl.iam;
  };
  const container = { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" };
  const role = {
    ...container,
    AWS_ROLE_ARN: "arn:aws:iam::1:role/r",
    AWS_WEB_IDENTITY_TOKEN_FILE: place.file("password"),
  };
  const keys = { accessKeyId: "AKID", secretAccessKey: "s3cret", sessionToken: undefined };
  const region = "eu-central-1";
  assert.deepEqual(await iam({ ...role, ...KEYS }), {
    region,
    credentials: { from: "keys", keys },
  });
  const { credentials } = await iam({ ...KEYS, AWS_SESSION_TOKEN: "s3cret 2" });
  assert.ok(credentials.from === "keys");
  assert.equal(credentials.keys.sessionToken, "s3cret 2");
  const expected = {
    from: "web identity",
    roleArn: "arn:aws:iam::1:role/r",
    tokenFile: place.file("password"),
    sessionName: "finpipe",
  };
  const hosts = [
    [{}, "https://sts.eu-central-1.amazonaws.com/"],
    [{ FINPIPE_KAFKA_AWS_REGION: "cn-north-1" }, "https://sts.cn-north-1.amazonaws.com.cn/"],
    [{ AWS_ENDPOINT_URL_STS: "https://sts.example/" }, "https://sts.example/"],
  ] as const;
  for (const [env, sts] of hosts) {
    const { region, credentials } = await iam({ ...role, ...env });
    assert.deepEqual(credentials, { ...expected, sts: new URL(sts) });
    assert.equal(region, "FINPIPE_KAFKA_AWS_REGION" in env ? "cn-north-1" : "eu-central-1");
  }
  const urls: [env: Env, url: string][] = [
    [container, "http://169.254.170.23/v1/credentials"],
    [
      { ...container, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/c" },
      "http://169.254.170.2/v2/c",
    ],
    ...["http://[fd00:ec2::23]/v1", "http://127.0.0.1:8080/", "https://keys.example/"].map(
      (url): [Env, string] => [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, url],
    ),
  ];
  const token = { AWS_CONTAINER_AUTHORIZATION_TOKEN: "s3cret" };
  for (const [env, url] of urls) {
    assert.deepEqual((await iam({ ...env, ...token })).credentials, {
      from: "container",
      url: new URL(url),
      token: "s3cret",
      tokenFile: undefined,
    });
  }
});

Deno.test("SASL in either spelling, the password also from a file", async () => {
  await using place = await makePlace();
  const sasl = { username: "ada", password: "s3cret" };
  for (const mechanism of ["scram-sha-512", "SCRAM-SHA-256", "plain"]) {
    const env = { ...SCRAM, FINPIPE_KAFKA_SASL: mechanism };
    const expected = { ...sasl, mechanism: mechanism.toLowerCase() };
    for (
      const password of [
        { FINPIPE_KAFKA_PASSWORD: "s3cret" },
        { FINPIPE_KAFKA_PASSWORD_FILE: place.file("password") },
      ]
    ) {
      assert.deepEqual((await read({ ...env, ...password })).sasl, expected);
    }
  }
});

Deno.test("TLS with the platform's authorities, a CA file, a client's certificate", async () => {
  await using place = await makePlace();
  assert.deepEqual((await read(TLS)).tls, {});
  assert.equal((await read({ ...ONE, FINPIPE_KAFKA_TLS: "false" })).tls, undefined);
  const { tls } = await read({
    ...TLS,
    FINPIPE_KAFKA_CA: place.file("ca"),
    FINPIPE_KAFKA_CERT: place.file("cert"),
    FINPIPE_KAFKA_KEY: place.file("key"),
  });
  assert.deepEqual(tls, { ca: OTHER_CERT + CA_CERT, cert: CLIENT_CERT, key: CLIENT_KEY });
});

const BROKERS: [brokers: string, problem: RegExp][] = [
  ["", /FINPIPE_KAFKA_BROKERS: it is not set\nWrite it as host:port,host:port/],
  ["kafka.example", /its broker 1 is not host:port/],
  ["a:1,", /its broker 2 is empty: leave out the comma beside it/],
  ["a:1,b:0", /its broker 2 has no port from 1 to 65535/],
  ["a:65536", /its broker 1 has no port/],
  ["kafka://ada:s3cret@a:1", /its broker 1 is not host:port/],
  ["ada:s3cret@a:1", /its broker 1 is not host:port/],
  ["[::1]:9092", /its broker 1 is an IPv6 address/],
];
for (const [brokers, problem] of BROKERS) {
  Deno.test(`reports the brokers "${brokers}"`, async () => {
    assert.match(await problemsOf({ FINPIPE_KAFKA_BROKERS: brokers }), problem);
  });
}

/** `@name` stands for the path of a file. */
const WRONG: [name: string, env: Env, ...problems: RegExp[]][] = [
  [
    "an unknown mechanism",
    { ...SCRAM, FINPIPE_KAFKA_SASL: "gssapi", FINPIPE_KAFKA_PASSWORD: "s3cret" },
    /FINPIPE_KAFKA_SASL: it is "gssapi"/,
  ],
  [
    "tokens without an endpoint, a client and a secret, beside a user",
    {
      ...ONE,
      FINPIPE_KAFKA_SASL: "oauthbearer",
      FINPIPE_KAFKA_USERNAME: "ada",
      // Only secrets may be given as a file.
      FINPIPE_KAFKA_OAUTH_CLIENT_ID_FILE: "x",
    },
    /FINPIPE_KAFKA_USERNAME: it is set, and FINPIPE_KAFKA_SASL is oauthbearer/,
    /OAUTH_TOKEN_ENDPOINT: it is not set, though FINPIPE_KAFKA_SASL is oauthbearer/,
    /OAUTH_CLIENT_ID: it is not set/,
    /OAUTH_CLIENT_SECRET: it is not set/,
  ],
  [
    "settings of tokens without tokens",
    { ...OAUTH, FINPIPE_KAFKA_SASL: "plain", FINPIPE_KAFKA_OAUTH_CLIENT_SECRET: "s3cret" },
    /OAUTH_TOKEN_ENDPOINT: it is set, and FINPIPE_KAFKA_SASL is not oauthbearer/,
    /OAUTH_CLIENT_ID: it is set, and FINPIPE_KAFKA_SASL is not oauthbearer/,
    /OAUTH_CLIENT_SECRET: it is set, and FINPIPE_KAFKA_SASL is not oauthbearer/,
    /FINPIPE_KAFKA_USERNAME: it is not set/,
    /FINPIPE_KAFKA_PASSWORD: it is not set/,
  ],
  ...([
    ["a URL that is none", "s3cret", /it is not an https:\/\/ URL/],
    ["a login in it", "https://a:s3cret@idp.example/token", /it has a login/],
    ["clear text", "http://idp.example/token", /it is not https, and .* in clear text/],
  ] as const).map((
    [name, url, says],
  ): [string, Env, RegExp] => [
    `a token endpoint with ${name}`,
    {
      ...OAUTH,
      FINPIPE_KAFKA_OAUTH_CLIENT_SECRET: "s3cret",
      FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT: url,
    },
    says,
  ]),
  [
    "IAM without TLS, a region and credentials, beside a user and tokens",
    {
      ...ONE,
      FINPIPE_KAFKA_SASL: "aws-msk-iam",
      FINPIPE_KAFKA_USERNAME: "ada",
      FINPIPE_KAFKA_OAUTH_SCOPE: "read",
    },
    /FINPIPE_KAFKA_USERNAME: it is set, and FINPIPE_KAFKA_SASL is aws-msk-iam/,
    /OAUTH_SCOPE: it is set, and FINPIPE_KAFKA_SASL is not oauthbearer/,
    /FINPIPE_KAFKA_TLS: it is not true, though FINPIPE_KAFKA_SASL is aws-msk-iam/,
    /FINPIPE_KAFKA_AWS_REGION: neither it nor AWS_REGION is set/,
    /AWS_ACCESS_KEY_ID: no credentials for AWS are set/,
  ],
  [
    "a region that is none, and one of two keys",
    { ...IAM, FINPIPE_KAFKA_AWS_REGION: "evil.example/", AWS_ACCESS_KEY_ID: "AKID" },
    /FINPIPE_KAFKA_AWS_REGION: "evil.example\/" cannot be a region/,
    /AWS_SECRET_ACCESS_KEY: it is not set, though AWS_ACCESS_KEY_ID is/,
  ],
  [
    "a role without its token",
    { ...IAM, AWS_ROLE_ARN: "arn:aws:iam::1:role/r" },
    /AWS_WEB_IDENTITY_TOKEN_FILE: it is not set, though AWS_ROLE_ARN is/,
  ],
  [
    "a role whose token is absent, with STS in clear text",
    {
      ...IAM,
      AWS_ROLE_ARN: "arn:aws:iam::1:role/r",
      AWS_WEB_IDENTITY_TOKEN_FILE: "@absent",
      AWS_ENDPOINT_URL_STS: "http://sts.example",
    },
    /AWS_WEB_IDENTITY_TOKEN_FILE: there is no file ".*absent"/,
    /AWS_ENDPOINT_URL_STS: it is not https/,
  ],
  ...([
    ["FULL", "http://keys.example/s3cret", /its host is neither this machine nor that of ECS/],
    ["FULL", "http://169.254.169.254/s3cret", /its host is neither this machine nor that of ECS/],
    ["FULL", "https://a:s3cret@keys.example/", /it has a login/],
    ["FULL", "s3cret", /it is not a URL of https or http/],
    ["RELATIVE", ".evil.example/s3cret", /it is not a path/],
  ] as const).map(([kind, url, says]): [string, Env, RegExp] => [
    `a container's keys at ${url}`,
    { ...IAM, [`AWS_CONTAINER_CREDENTIALS_${kind}_URI`]: url },
    says,
  ]),
  [
    "the region of IAM without IAM",
    { ...ONE, FINPIPE_KAFKA_AWS_REGION: "eu-central-1" },
    /FINPIPE_KAFKA_AWS_REGION: it is set, and FINPIPE_KAFKA_SASL is not aws-msk-iam/,
  ],
  [
    "SASL without a user",
    { ...ONE, FINPIPE_KAFKA_SASL: "plain" },
    /FINPIPE_KAFKA_USERNAME: it is not set, though FINPIPE_KAFKA_SASL is/,
    /FINPIPE_KAFKA_PASSWORD: it is not set, though FINPIPE_KAFKA_SASL is/,
  ],
  [
    "a user without SASL",
    { ...ONE, FINPIPE_KAFKA_USERNAME: "ada", FINPIPE_KAFKA_PASSWORD_FILE: "@password" },
    /FINPIPE_KAFKA_USERNAME: it is set, and FINPIPE_KAFKA_SASL is not/,
    /FINPIPE_KAFKA_PASSWORD_FILE: it is set, and FINPIPE_KAFKA_SASL is not/,
  ],
  [
    "a password twice",
    { ...SCRAM, FINPIPE_KAFKA_PASSWORD: "s3cret", FINPIPE_KAFKA_PASSWORD_FILE: "@password" },
    /FINPIPE_KAFKA_PASSWORD_FILE: FINPIPE_KAFKA_PASSWORD is set too/,
  ],
  ["TLS that is neither", { ...ONE, FINPIPE_KAFKA_TLS: "yes" }, /FINPIPE_KAFKA_TLS: it is "yes"/],
  [
    "files without TLS",
    {
      ...ONE,
      FINPIPE_KAFKA_CA: "@ca",
      FINPIPE_KAFKA_CERT: "@cert",
      FINPIPE_KAFKA_KEY: "@key",
    },
    /FINPIPE_KAFKA_CA: it is set, and FINPIPE_KAFKA_TLS is not true/,
    /FINPIPE_KAFKA_CERT: it is set, and/,
    /FINPIPE_KAFKA_KEY: it is set, and/,
  ],
  [
    "a certificate without its key",
    { ...TLS, FINPIPE_KAFKA_CERT: "@cert" },
    /FINPIPE_KAFKA_KEY: it is not set, though FINPIPE_KAFKA_CERT is/,
  ],
  [
    "a key without its certificate",
    { ...TLS, FINPIPE_KAFKA_KEY: "@key" },
    /FINPIPE_KAFKA_CERT: it is not set, though FINPIPE_KAFKA_KEY is/,
  ],
  [
    "a certificate and another one's key",
    { ...TLS, FINPIPE_KAFKA_CERT: "@cert", FINPIPE_KAFKA_KEY: "@otherKey" },
    /FINPIPE_KAFKA_KEY: it does not belong to the certificate of FINPIPE_KAFKA_CERT/,
  ],
  [
    "files that are no PEM",
    { ...TLS, FINPIPE_KAFKA_CA: "@junk", FINPIPE_KAFKA_CERT: "@key", FINPIPE_KAFKA_KEY: "@cert" },
    /FINPIPE_KAFKA_CA: the file ".*junk" holds no certificate in PEM form/,
    /FINPIPE_KAFKA_CERT: the file ".*key" holds no certificate in PEM form/,
    /FINPIPE_KAFKA_KEY: the file ".*cert" holds no private key in PEM form/,
  ],
  [
    "a damaged certificate",
    { ...TLS, FINPIPE_KAFKA_CA: "@damaged" },
    /FINPIPE_KAFKA_CA: the file ".*damaged" holds a certificate that cannot be read/,
  ],
  [
    "an encrypted key",
    { ...TLS, FINPIPE_KAFKA_CERT: "@cert", FINPIPE_KAFKA_KEY: "@encrypted" },
    /FINPIPE_KAFKA_KEY: the private key in the file ".*encrypted" is encrypted/,
  ],
  ["a file that is absent", { ...TLS, FINPIPE_KAFKA_CA: "@absent" }, /there is no file ".*absent"/],
];
for (const [name, env, ...expected] of WRONG) {
  Deno.test(`reports ${name}`, async () => {
    await using place = await makePlace();
    const paths = Object.entries(env).map(([variable, value]) => [
      variable,
      value.startsWith("@") ? place.file(value.slice(1)) : value,
    ]);
    const text = await problemsOf({
      ...Object.fromEntries(paths),
      // Beside it a second problem, so that each is shown with its variable.
      FINPIPE_TOPIC: "a/b",
    });
    assert.match(text, new RegExp(`${expected.length + 1} problems`));
    for (const problem of [...expected, /FINPIPE_TOPIC: "a\/b" cannot be a topic/]) {
      assert.match(text, problem);
    }
  });
}

for (const topic of [".", "..", "a b", "ü", "x".repeat(250)]) {
  Deno.test(`reports the topic "${topic.slice(0, 10)}", with where it came from`, async () => {
    assert.match(await problemsOf(ONE, { topic }), /Cannot use --topic: ".*" cannot be a topic/);
  });
}
