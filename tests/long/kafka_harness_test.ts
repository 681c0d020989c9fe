/** The harness itself: what the other tests take for granted of brokers of their own. */
import assert from "node:assert/strict";
import { testTopic, withAdmin } from "../support/kafka/topics.ts";
import { consume, produce } from "../support/kafka/messages.ts";
import { askForKafka, offerKafka } from "../support/kafka/on_demand.ts";
import { startKafka } from "../support/kafka/server.ts";
import { kafkaServerTest } from "../support/kafka/skip.ts";
import { until } from "../support/until.ts";
import { startElsewhere } from "../support/machine/starter.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const texts = (values: readonly (Uint8Array | null)[]) =>
  values.map((value) => value && new TextDecoder().decode(value));

await kafkaServerTest(
  "startKafka() keeps messages over SIGTERM, kill -9 and restart",
  async (t) => {
    await using server = await startKafka();
    const { brokers, pid } = server;
    const topic = await testTopic(t, { brokers });
    await produce(topic, [bytes("kept")]);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await server.stop(signal);
      await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: portOf(brokers) }));
      await server.start();
      assert.notEqual(server.pid, pid);
      assert.equal(server.brokers, brokers);
      assert.deepEqual(texts((await consume(topic, 1)).map(({ value }) => value)), ["kept"]);
    }
  },
);

await kafkaServerTest("startKafka() takes properties, and leaves nothing behind", async (t) => {
  const server = await startKafka({ properties: { "message.max.bytes": "2000" } });
  const { brokers, pid, caFile } = server;
  const topic = await testTopic(t, { brokers });
  await assert.rejects(produce(topic, [new Uint8Array(3000)]), { type: "MESSAGE_TOO_LARGE" });
  await server[Symbol.asyncDispose]();
  assert.throws(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
  await assert.rejects(Deno.stat(caFile), Deno.errors.NotFound);
});

await kafkaServerTest("a broker that cannot start says what it logged", async () => {
  await assert.rejects(
    startKafka({ properties: { "log.retention.ms": "soon" } }),
    /log\.retention\.ms/,
  );
});

await kafkaServerTest("offerKafka() starts one broker, however many ask at once", async () => {
  await using offered = offerKafka();
  const brokers = await Promise.all([askForKafka(offered.url), askForKafka(offered.url)]);
  assert.equal(brokers[0], brokers[1]);
  await withAdmin(brokers[0]!, async (admin) => {
    assert.equal((await admin.describeCluster()).brokers.length, 1);
  });
});

await kafkaServerTest("a broker ends when the process that started it is killed", async () => {
  const module = new URL("../support/kafka/server.ts", import.meta.url).href;
  const starter = await startElsewhere(
    `import { startKafka } from "${module}"; const { brokers, caFile } = await startKafka();
     console.log(brokers + " " + caFile)`,
  );
  const [brokers, file] = starter.line.split(" ") as [string, string];
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: portOf(brokers) });
  await starter.kill9();
  // The broker's end closes the connection.
  assert.equal(await connection.read(new Uint8Array(1)).catch(() => null), null);
  await until(async () => !(await Deno.stat(file).then(() => true, () => false)));
});

function portOf(brokers: string): number {
  return Number(brokers.split(":")[1]);
}
