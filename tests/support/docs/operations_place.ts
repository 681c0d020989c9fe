/** Where the commands of docs/operations.md are run: a topic and a database, as each chapter wants them. */
import { Buffer } from "node:buffer";
import pg from "pg";
import { emulate } from "../../../lib/events/emulator.ts";
import type { RunOptions } from "./documents.ts";
import { plainKafka, type TestTopic, testTopic, untilLed, withAdmin } from "../kafka/topics.ts";
import { produce } from "../kafka/messages.ts";
import { freePort } from "../network/ports.ts";
import { emptyDatabase, type TestDatabase } from "../postgres/database.ts";
import { topicTest } from "../topic/landing.ts";
import { isOnPath } from "../machine/programs.ts";
import { skippable } from "../skip.ts";

/** What the documents say, and what is there instead. */
const BROKERS = "localhost:9092";
const URL = "postgres://finpipe:secret@localhost:5432/finpipe";
const TOPIC = "transaction-service-input";
const PORT = "9090";

export interface OperationsPlace extends AsyncDisposable {
  /** How the examples are run now. */
  readonly options: RunOptions;
  /** Does what the chapter says has happened, once. */
  enter(chapter: string): Promise<void>;
}

/** A test that runs what a document shows: needs Kafka, PostgreSQL, kcat, and what operators use. */
export async function operationsTest(
  name: string,
  test: (t: Deno.TestContext) => Promise<void>,
): Promise<void> {
  for (const program of ["psql", "curl"]) {
    if (await isOnPath(program)) continue;
    return Deno.test(skippable(name, `there is no ${program}`, test));
  }
  await topicTest(name, test);
}

/** A topic of two partitions and an empty database. */
export async function operationsPlace(t: Deno.TestContext): Promise<OperationsPlace> {
  const scope = new AsyncDisposableStack();
  let topic = scope.use(await testTopic(t, { partitions: 2 }));
  let database = scope.use(await emptyDatabase(t));
  let current = "";
  const chapters: Record<string, () => Promise<void>> = {
    "A lost range": () => loseMessages(topic, 100),
    "One database per cluster": () => recreate(topic),
    async "The cut-over from a Spark job"() {
      topic = scope.use(await testTopic(t, { partitions: 2, config: { "retention.ms": "-1" } }));
      database = scope.use(await emptyDatabase(t));
      await landAsSpark(topic, database);
    },
  };
  return {
    get options() {
      return optionsOf(topic, database);
    },
    async enter(chapter) {
      if (chapter === current) return;
      current = chapter;
      await chapters[chapter]?.();
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function optionsOf({ brokers, topic, group }: TestTopic, database: TestDatabase): RunOptions {
  const port = freePort();
  return {
    env: {
      FINPIPE_KAFKA_BROKERS: brokers,
      FINPIPE_PG_URL: database.url,
      FINPIPE_TOPIC: topic,
      FINPIPE_GROUP: group,
      FINPIPE_LOG_FORMAT: "text",
    },
    fill: (script) =>
      script.replaceAll(BROKERS, brokers).replaceAll(URL, database.url).replaceAll(TOPIC, topic)
        .replaceAll(PORT, String(port)),
    normal: (output) =>
      output.replaceAll(topic, TOPIC).replaceAll(/20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/g, "(a time)"),
  };
}

/** More messages come to partition 0, and retention takes the first of them. */
async function loseMessages({ brokers, topic }: TestTopic, count: number): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const [end] = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => partition === 0);
    const day = Temporal.PlainDate.from("2022-10-05");
    const texts = emulate({ from: day, to: day, operationsPerDay: 100, seed: 1 });
    await produce({ brokers, topic }, [...texts].map((text) => Buffer.from(text)));
    const partitions = [{ partition: 0, offset: String(Number(end!.offset) + count) }];
    await admin.deleteTopicRecords({ topic, partitions });
  });
}

/** Another topic of the same name. */
async function recreate({ brokers, topic }: TestTopic): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) {
      await new Promise((go) => setTimeout(go, 50));
    }
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: false });
    await untilLed(admin, topic, 2);
  });
}

/**
 * Three days of events, each in the topic at its sent time, and what the Spark job has landed of them:
 * the first message of each object.
 */
async function landAsSpark({ brokers, topic }: TestTopic, database: TestDatabase): Promise<void> {
  const [from, to] = ["2022-10-01", "2022-10-03"].map((day) => Temporal.PlainDate.from(day));
  const texts = [...emulate({ from: from!, to: to!, operationsPerDay: 150, seed: 1 })];
  const events = texts.map((text) => ({ text, ...JSON.parse(text) }));
  const producer = plainKafka(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = events.map(({ text, object_id, sent_dttm }) => ({
    key: object_id,
    value: Buffer.from(text),
    timestamp: String(Temporal.Instant.from(`${sent_dttm}Z`).epochMilliseconds),
  }));
  await producer.send({ topic, messages });
  await producer.disconnect();

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("CREATE SCHEMA spark");
  await client.query(
    `CREATE TABLE spark.events AS
     SELECT DISTINCT ON (e.event ->> 'object_type', e.event ->> 'object_id')
       e.event ->> 'object_id' AS object_id, e.event ->> 'object_type' AS object_type,
       (e.event ->> 'sent_dttm')::timestamp AS sent_dttm, e.event ->> 'payload' AS payload
     FROM json_array_elements($1::json) WITH ORDINALITY AS e (event, number)
     ORDER BY e.event ->> 'object_type', e.event ->> 'object_id', e.number`,
    [`[${texts.join(",")}]`],
  );
  await client.end();
}
