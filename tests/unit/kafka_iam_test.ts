/** Logins at Amazon MSK by IAM: the signature, the token, and the keys that sign it. */
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Mechanism } from "kafkajs";
import type { AwsCredentials, AwsKeys, KafkaIam } from "../../lib/config/kafka_iam.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { AwsKeyring } from "../../lib/sources/kafka/aws_keyring.ts";
import { presignedQuery } from "../../lib/sources/kafka/aws_signature.ts";
import { iamToken } from "../../lib/sources/kafka/iam_token.ts";
import { wasAccepted, watchedSasl } from "../../lib/sources/kafka/logins.ts";
import { logInByToken } from "../../lib/sources/kafka/oauth_login.ts";
import { freePorts } from "../support/network/ports.ts";

/** AWS's own example keys. */
const KEYS: AwsKeys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: undefined,
};

/** Every character that is not escaped. */
const UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4: each `query-signed-request.txt`. */
const VECTORS: [name: string, query: Record<string, string>, token: string | undefined, string][] =
  [
    [
      "get-vanilla-query",
      {},
      undefined,
      "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d",
    ],
    [
      "get-vanilla-query-order-key-case",
      { Param2: "value2", Param1: "value1" },
      undefined,
      "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5",
    ],
    [
      "get-vanilla-query-unreserved",
      { [UNRESERVED]: UNRESERVED },
      undefined,
      "8e76a88a7433637b12778d5592799b29ad21ecd6cf6325051c21d86f0acda2bf",
    ],
    [
      "get-vanilla-with-session-token",
      {},
      "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
      "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c",
    ],
  ];
for (const [name, query, sessionToken, signature] of VECTORS) {
  Deno.test(`signs as AWS's test suite: ${name}`, () => {
    const signed = presignedQuery({
      keys: { ...KEYS, sessionToken },
      region: "us-east-1",
      service: "service",
      host: "example.amazonaws.com",
      query,
      expires: 3600,
      now: Date.UTC(2015, 7, 30, 12, 36),
    });
    assert.equal(signed["X-Amz-Signature"], signature);
  });
}

/** What aws-msk-iam-sasl-signer-js 1.0.3 made on Node.js, with its clock at NOW. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const AGENT = "aws-msk-iam-sasl-signer-js/1.0.3";
const TOKENS: [region: string, keys: AwsKeys, token: string][] = [
  [
    "us-east-1",
    KEYS,
    "aHR0cHM6Ly9rYWZrYS51cy1lYXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0" +
    "JlVzZXItQWdlbnQ9YXdzLW1zay1pYW0tc2FzbC1zaWduZXItanMlMkYxLjAuMyZYLUFtei1BbGdvcml0aG09QVdTNC1I" +
    "TUFDLVNIQTI1NiZYLUFtei1DcmVkZW50aWFsPUFLSURFWEFNUExFJTJGMjAyNjAxMDIlMkZ1cy1lYXN0LTElMkZrYWZr" +
    "YS1jbHVzdGVyJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjAxMDJUMDMwNDA1WiZYLUFtei1FeHBpcmVzPTkw" +
    "MCZYLUFtei1TaWduYXR1cmU9MjRlYmFkYTJlZDU0NTg1ODM3NzU5MWZjODRhZjFhMWJmZjNjNDBjNWU4YWIwYzFmYzg1" +
    "ZWVlMTU2Y2ZiNDJkYSZYLUFtei1TaWduZWRIZWFkZXJzPWhvc3Q",
  ],
  [
    "eu-central-1",
    {
      ...KEYS,
      accessKeyId: "ASIAEXAMPLE",
      sessionToken: "IQoJb3JpZ2luX2VjE/+=! '()*~token==",
    },
    "aHR0cHM6Ly9rYWZrYS5ldS1jZW50cmFsLTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25u" +
    "ZWN0JlVzZXItQWdlbnQ9YXdzLW1zay1pYW0tc2FzbC1zaWduZXItanMlMkYxLjAuMyZYLUFtei1BbGdvcml0aG09QVdT" +
    "NC1ITUFDLVNIQTI1NiZYLUFtei1DcmVkZW50aWFsPUFTSUFFWEFNUExFJTJGMjAyNjAxMDIlMkZldS1jZW50cmFsLTEl" +
    "MkZrYWZrYS1jbHVzdGVyJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjAxMDJUMDMwNDA1WiZYLUFtei1FeHBp" +
    "cmVzPTkwMCZYLUFtei1TZWN1cml0eS1Ub2tlbj1JUW9KYjNKcFoybHVYMlZqRSUyRiUyQiUzRCUyMSUyMCUyNyUyOCUy" +
    "OSUyQX50b2tlbiUzRCUzRCZYLUFtei1TaWduYXR1cmU9NWU2NGY5ZjA0Zjc1YmIzNTdjYTU1ZDY1OTAyODFmMzZjYjRh" +
    "MzRkNmRmNDVmOTMwOGQzZGFhZjk4MGZjMzc1MiZYLUFtei1TaWduZWRIZWFkZXJzPWhvc3Q",
  ],
];
for (const [region, keys, token] of TOKENS) {
  Deno.test(`makes the token of AWS's own signer, byte for byte: ${region}`, () => {
    assert.equal(iamToken(keys, region, NOW, AGENT), token);
    const own = iamToken(keys, region, NOW);
    const url = new TextDecoder().decode(Uint8Array.fromBase64(own, { alphabet: "base64url" }));
    assert.match(url, /User-Agent=finpipe%2F\d/);
  });
}

/** What was asked of a server of one's own. */
interface Asked {
  method: string;
  path: string;
  accept: string | null;
  authorization: string | null;
  body: string;
}

class KeyServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  answer: () => Response = () => new Response("");
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      this.asked.push({
        method: request.method,
        path: new URL(request.url).pathname,
        accept: request.headers.get("accept"),
        authorization: request.headers.get("authorization"),
        body: await request.text(),
      });
      return this.answer();
    },
  );

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#server.addr.port}/s3cret-path`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** A file with a token in it. */
async function makeTokenFile(): Promise<AsyncDisposable & { path: string }> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "token");
  await Deno.writeTextFile(path, "s3cret one\n");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

function keyring(credentials: AwsCredentials) {
  const time = { now: 0 };
  const clocks = { steady: () => time.now, wall: () => NOW + time.now };
  return { time, keyring: new AwsKeyring(credentials, undefined, clocks) };
}

function webIdentity(sts: URL, tokenFile: string): AwsCredentials {
  const roleArn = "arn:aws:iam::123456789012:role/finpipe";
  return { from: "web identity", roleArn, tokenFile, sessionName: "finpipe", sts };
}

/** As STS answers. @param ends seconds after NOW */
function granted(id: string, ends: number): Response {
  const Credentials = {
    AccessKeyId: id,
    SecretAccessKey: "s3cret",
    SessionToken: "session",
    Expiration: NOW / 1000 + ends,
  };
  const AssumeRoleWithWebIdentityResult = { Credentials, Provider: "p" };
  return Response.json({ AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult } });
}

async function failure(keys: AwsKeyring, kind: "configuration" | "unreachable"): Promise<string> {
  try {
    await keys.get();
  } catch (error) {
    assert.ok(isKind(error, kind), String(error));
    const text = `${error.message}\n${error.hint}`;
    assert.doesNotMatch(text, /s3cret/);
    return text;
  }
  assert.fail("It did not fail");
}

Deno.test("keys that were set are taken as they are", async () => {
  assert.deepEqual(await keyring({ from: "keys", keys: KEYS }).keyring.get(), KEYS);
});

Deno.test("STS gives a role's keys, and new ones before they end, for the file as it is", async () => {
  await using server = new KeyServer();
  await using file = await makeTokenFile();
  const { time, keyring: keys } = keyring(webIdentity(server.url, file.path));
  server.answer = () => granted(`ASIA${server.asked.length}`, 3600);
  const [first, same] = await Promise.all([keys.get(), keys.get()]);
  assert.deepEqual(first, {
    accessKeyId: "ASIA1",
    secretAccessKey: "s3cret",
    sessionToken: "session",
  });
  assert.equal(same, first);
  time.now = 2_879_000;
  assert.equal(await keys.get(), first);
  await Deno.writeTextFile(file.path, "s3cret two\n");
  time.now = 2_881_000;
  assert.equal((await keys.get()).accessKeyId, "ASIA2");
  const body = (token: string) =>
    `Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=` +
    `arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Ffinpipe&RoleSessionName=finpipe` +
    `&WebIdentityToken=s3cret+${token}`;
  const common = { method: "POST", accept: "application/json", authorization: null };
  assert.deepEqual(
    server.asked,
    ["one", "two"].map((token) => ({ ...common, path: "/s3cret-path", body: body(token) })),
  );
});

Deno.test("STS refuses, fails, answers with something else, or is away", async () => {
  await using server = new KeyServer();
  await using file = await makeTokenFile();
  const { keyring: keys } = keyring(webIdentity(server.url, file.path));
  const refused = (Code: string) => () =>
    Response.json({ Error: { Code, Message: "s3cret" } }, { status: 400 });
  server.answer = refused("InvalidIdentityToken");
  assert.match(
    await failure(keys, "configuration"),
    /^Cannot use AWS STS at http:\S+: it answers 400, InvalidIdentityToken\nCheck AWS_ROLE_ARN/,
  );
  server.answer = refused("IDPCommunicationError");
  assert.match(await failure(keys, "unreachable"), /it answers 400, IDPCommunicationError/);
  server.answer = () => new Response("s3cret", { status: 503 });
  assert.match(await failure(keys, "unreachable"), /^Cannot reach AWS STS .* it answers 503\n/);
  server.answer = () => Response.json({ s3cret: 1 });
  assert.match(await failure(keys, "configuration"), /it did not answer with keys/);
  const [port] = freePorts(1);
  const nobody = new URL(`http://127.0.0.1:${port}/s3cret-path`);
  const away = keyring(webIdentity(nobody, file.path)).keyring;
  assert.match(await failure(away, "unreachable"), /^Cannot reach AWS STS .*refused/);
  const absent = keyring(webIdentity(server.url, `${file.path}-not`)).keyring;
  assert.match(
    await failure(absent, "configuration"),
    /^Cannot use AWS_WEB_IDENTITY_TOKEN_FILE: there is no file/,
  );
});

Deno.test("the container's host gives keys, by a token from its file as it is", async () => {
  await using server = new KeyServer();
  await using file = await makeTokenFile();
  const { time, keyring: keys } = keyring({
    from: "container",
    url: server.url,
    token: "s3cret other",
    tokenFile: file.path,
  });
  server.answer = () =>
    Response.json({
      AccessKeyId: `ASIA${server.asked.length}`,
      SecretAccessKey: "s3cret",
      Token: "session",
      Expiration: new Date(NOW + 3600_000).toISOString(),
    });
  assert.equal((await keys.get()).accessKeyId, "ASIA1");
  await Deno.writeTextFile(file.path, "s3cret two\n");
  time.now = 2_881_000;
  assert.deepEqual(await keys.get(), {
    accessKeyId: "ASIA2",
    secretAccessKey: "s3cret",
    sessionToken: "session",
  });
  assert.deepEqual(
    server.asked.map(({ method, path, authorization }) => [method, path, authorization]),
    ["one", "two"].map((token) => ["GET", "/s3cret-path", `s3cret ${token}`]),
  );
  time.now = 3_590_000;
  server.answer = () => Response.json({ Code: "AccessDenied" }, { status: 403 });
  assert.match(
    await failure(keys, "configuration"),
    /^Cannot use the container's keys at http:\S+: it answers 403, AccessDenied\nCheck that the task/,
  );
  server.answer = () => new Response("", { status: 500 });
  assert.match(await failure(keys, "unreachable"), /it answers 500\nCheck AWS_CONTAINER/);
  await Deno.writeTextFile(file.path, "s3cret\nlines");
  assert.match(await failure(keys, "configuration"), /its token is no text of one line/);
});

Deno.test("a login by IAM sends such a token as OAUTHBEARER", async () => {
  const iam: KafkaIam = { region: "eu-central-1", credentials: { from: "keys", keys: KEYS } };
  const sasl = watchedSasl({ mechanism: "aws-msk-iam", iam }, "Kafka of IAM", undefined);
  assert.equal(sasl.mechanism, "oauthbearer");
  const sent: string[] = [];
  const options = {
    async saslAuthenticate({ request }: { request: { encode(): Promise<Buffer> | Buffer } }) {
      sent.push((await request.encode()).subarray(4).toString());
      return "";
    },
  };
  const { authenticationProvider } = sasl as Mechanism;
  // Only what it calls.
  await authenticationProvider(options as never).authenticate();
  assert.ok(wasAccepted("Kafka of IAM"));
  const [, token] = /^n,,\|auth=Bearer ([\w-]+)\|\|$/.exec(sent.join().replaceAll("\x01", "|")) ??
    [];
  const bytes = Uint8Array.fromBase64(token!, { alphabet: "base64url" });
  const url = new URL(new TextDecoder().decode(bytes));
  assert.equal(url.origin, "https://kafka.eu-central-1.amazonaws.com");
  assert.equal(url.searchParams.get("X-Amz-Expires"), "900");
});

Deno.test("a broker's refusal of a token is final, except where logins come too fast", async () => {
  const refusal = async (text: string) => {
    const saslAuthenticate = () =>
      Promise.reject(Object.assign(new Error(text), { type: "SASL_AUTHENTICATION_FAILED" }));
    const tokens = { get: () => Promise.resolve("token") };
    const error = await logInByToken({ saslAuthenticate }, tokens, "Kafka", "Check it").then(
      () => undefined,
      (error) => error,
    );
    return [error.kind, error.message];
  };
  assert.deepEqual(await refusal("[1]: Access denied"), [
    "configuration",
    "Cannot use Kafka: it refuses the token: [1]: Access denied",
  ]);
  assert.deepEqual(await refusal("[1]: Too many connects"), [
    "unreachable",
    "Cannot reach Kafka: [1]: Too many connects",
  ]);
});
