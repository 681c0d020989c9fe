/** `emit --to kafka` that a broker refuses; tests/long/kafka_emit_test.ts has those that die. */
import assert from "node:assert/strict";
import { kafkaTest, testTopic } from "../support/kafka/topics.ts";
import { runCli } from "../support/cli/run_cli.ts";

await kafkaTest(
  "a failure in the middle of an emit says what becomes of what was sent",
  async (t) => {
    await using topic = await testTopic(t, { config: { "max.message.bytes": "500" } });
    const days = ["--dates", "2022-10-01", "--operations-per-day", "100"];
    const { code, stderr } = await runCli([
      "emit",
      "--to",
      "kafka",
      "--topic",
      topic.topic,
      ...days,
    ], {
      env: { FINPIPE_KAFKA_BROKERS: topic.brokers },
    });
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^finpipe: .*\n {2}Raise max\.message\.bytes .*\. Messages that were sent stay in the topic: running the same command again sends all/m,
    );
  },
);
