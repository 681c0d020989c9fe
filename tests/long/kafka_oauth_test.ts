/** Logins by OAuth tokens, with a real broker that checks them by the keys of our own endpoint. */
import assert from "node:assert/strict";
import { runCli } from "../support/cli/run_cli.ts";
import { testTopic, withAdmin } from "../support/kafka/topics.ts";
import { startKafka } from "../support/kafka/server.ts";
import { freePorts } from "../support/network/ports.ts";
import { until } from "../support/until.ts";
import { kafkaServerTest } from "../support/kafka/skip.ts";
import { CLIENT, TokenServer } from "../support/kafka/token_server.ts";

const FEW = ["--operations-per-day", "5"];

await kafkaServerTest("SASL/OAUTHBEARER with a real broker", async (t) => {
  await using tokens = await TokenServer.open();
  await using server = await startKafka({ security: true, tokens: tokens.keysUrl });
  const { topic } = await testTopic(t, { brokers: server.brokers });
  const env = {
    FINPIPE_KAFKA_BROKERS: server.brokersOf("SASL_TOKEN"),
    FINPIPE_KAFKA_SASL: "OAUTHBEARER",
    FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT: tokens.url,
    FINPIPE_KAFKA_OAUTH_CLIENT_ID: CLIENT.id,
    FINPIPE_KAFKA_OAUTH_CLIENT_SECRET: CLIENT.secret,
    FINPIPE_KAFKA_OAUTH_SCOPE: "kafka read",
    FINPIPE_TOPIC: topic,
    FINPIPE_ENGINE: "embedded",
  };
  const workDir = await Deno.makeTempDir();
  const run = (args: string[], changes: Record<string, string> = {}) =>
    runCli([...args, "--work-dir", workDir], { env: { ...env, ...changes } });
  let first = 0;
  try {
    await t.step("sends and lands", async () => {
      const emitted = await run(["emit", "--to", "kafka", "--topic", topic, "--json", ...FEW]);
      assert.equal(emitted.code, 0, emitted.stderr);
      const landed = await run(["stream", "--until-end", "--json"]);
      assert.equal(landed.code, 0, landed.stderr);
      first = JSON.parse(emitted.stdout).messages;
      assert.equal(JSON.parse(landed.stdout).messages_read, first);
      const body = "grant_type=client_credentials&scope=kafka+read";
      assert.deepEqual([...new Set(tokens.asked)], [body]);
    });
    const emit = (changes: Record<string, string> = {}) =>
      run(["emit", "--to", "kafka", "--topic", topic, "--retry-for", "0s"], changes);
    await t.step("a secret that is wrong", async () => {
      const { code, stderr } = await emit({ FINPIPE_KAFKA_OAUTH_CLIENT_SECRET: "wr0ng" });
      assert.equal(code, 3);
      assert.match(
        stderr,
        /token endpoint http:\S+\/token: it answers 401, invalid_client\n {2}Check/,
      );
      assert.doesNotMatch(stderr, /wr0ng/);
    });
    await t.step("a token that the broker refuses", async () => {
      tokens.claims = { audience: "others" };
      const { code, stderr } = await emit();
      tokens.claims = {};
      assert.equal(code, 3);
      assert.match(stderr, /refuses the token: invalid_token\n {2}Check that the brokers trust/);
    });
    await t.step("an endpoint that is away, or fails", async () => {
      const [port] = freePorts(1);
      const nobody = `http://127.0.0.1:${port}/token`;
      const away = await emit({ FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT: nobody });
      assert.equal(away.code, 69);
      assert.match(away.stderr, /Cannot reach the token endpoint .*refused/);
      tokens.status = 503;
      const failing = await emit();
      tokens.status = undefined;
      assert.equal(failing.code, 69);
      assert.match(failing.stderr, /it answers 503/);
    });
    await t.step("a stream outlives its tokens", async () => {
      tokens.claims = { lifetime: 6 };
      const stop = new AbortController();
      const begun = tokens.asked.length;
      const streaming = runCli(["stream", "--work-dir", workDir, "--json"], {
        env,
        signal: stop.signal,
      });
      // Each connection has a login of its own, and these end after 6 s.
      await until(() => tokens.asked.length - begun >= 12);
      tokens.claims = {};
      const sent = await run([
        "emit",
        "--to",
        "kafka",
        "--topic",
        topic,
        "--seed",
        "2",
        "--json",
        ...FEW,
      ]);
      const wanted = JSON.parse(sent.stdout).messages;
      const { brokers } = server;
      await until(() =>
        withAdmin(brokers, async (admin) => {
          const [reported] = await admin.fetchOffsets({ groupId: "finpipe", topics: [topic] });
          return Number(reported!.partitions[0]!.offset) >= first + wanted;
        })
      );
      stop.abort();
      const { code, stdout, stderr } = await streaming;
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).messages_read, wanted, stderr);
      assert.doesNotMatch(stderr, /warn|error/i);
    });
    await t.step("a mechanism that the listener has not", async () => {
      const { code, stderr } = await emit({
        FINPIPE_KAFKA_BROKERS: server.brokersOf("SASL_CLEAR"),
      });
      assert.equal(code, 3);
      assert.match(stderr, /does not support the requested SASL mechanism\n.*oauthbearer/);
    });
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
