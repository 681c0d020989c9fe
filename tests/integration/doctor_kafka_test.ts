/** The doctor on a real Kafka. */
import assert from "node:assert/strict";
import { kafkaTest, testTopic } from "../support/kafka/topics.ts";
import { runCli } from "../support/cli/run_cli.ts";

async function doctor(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const workDir = await Deno.makeTempDir();
  try {
    const args = ["doctor", "--retry-for", "0s", "--work-dir", workDir];
    // A server that is not there spares the embedded engine, which is not the point.
    const ends = { FINPIPE_PG_URL: "postgres://finpipe@127.0.0.1:1/db" };
    const { code, stdout } = await runCli(args, { env: { ...ends, ...env } });
    return { code, said: /^\w+ +kafka: .*(\n {9}.*)*/m.exec(stdout)?.[0] ?? "" };
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

await kafkaTest("doctor: the topic, no such topic, no such broker", async (t) => {
  await using place = await testTopic(t, { partitions: 2 });
  const { topic, brokers } = place;
  const there = await doctor({ FINPIPE_KAFKA_BROKERS: brokers, FINPIPE_TOPIC: topic });
  assert.match(there.said, /^ok +kafka: topic .* has 2 partitions$/);

  const absent = await doctor({ FINPIPE_KAFKA_BROKERS: brokers, FINPIPE_TOPIC: `${topic}-not` });
  assert.equal(absent.code, 3);
  assert.match(absent.said, /^failed +kafka: Topic .* does not exist .*\n +Create it/);
  const emitted = await runCli(["emit", "--to", "kafka", "--topic", `${topic}-not`], {
    env: { FINPIPE_KAFKA_BROKERS: brokers },
  });
  assert.equal(emitted.code, absent.code);

  const away = await doctor({ FINPIPE_KAFKA_BROKERS: "127.0.0.1:1", FINPIPE_TOPIC: topic });
  assert.equal(away.code, 69);
  assert.match(away.said, /^failed +kafka: Cannot reach Kafka at 127.0.0.1:1/);
});

Deno.test("doctor: brokers without a PostgreSQL are warned of, unless embedded is said in words", async () => {
  const workDir = await Deno.makeTempDir();
  const said = async (env: Record<string, string>, ...args: string[]) => {
    const { stdout } = await runCli(["doctor", "--retry-for", "0s", ...args], {
      env: { FINPIPE_KAFKA_BROKERS: "127.0.0.1:1", FINPIPE_WORK_DIR: workDir, ...env },
    });
    return /^\w+ +stream: .*(\n {9}.*)*/m.exec(stdout)?.[0];
  };
  try {
    const forgotten = /^warning +stream: .*FINPIPE_PG_URL: it is not set/;
    assert.match(await said({}) ?? "", forgotten);
    assert.match(await said({ FINPIPE_VERTICA_URL: "embedded" }) ?? "", forgotten);
    assert.match(await said({}, "--engine", "embedded") ?? "", /^ok +stream: /);
    assert.equal(await said({ FINPIPE_PG_URL: "postgres://finpipe@127.0.0.1:1/db" }), undefined);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
