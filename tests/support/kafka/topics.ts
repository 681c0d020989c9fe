/**
 * Topics for tests, one for each, on a real Apache Kafka: the broker that FINPIPE_TEST_KAFKA names
 * (`host:port`, clear text), else one that is started here. `deno task test` starts one for the whole
 * run, once a test asks for it; a test file that is run alone starts its own.
 */
import kafkajs, { type Admin } from "kafkajs";
import { defaultKafka, missingForKafka } from "./jars.ts";
import { askForKafka, ON_DEMAND } from "./on_demand.ts";
import { startKafka } from "./server.ts";
import { missingOf, type Needs } from "./skip.ts";
import { skippable, type TestBody } from "../skip.ts";
import { until } from "../until.ts";

/** A topic that is deleted when it is disposed of. */
export interface TestTopic extends AsyncDisposable {
  /** `host:port`, as in FINPIPE_KAFKA_BROKERS. */
  brokers: string;
  topic: string;
  /** How many it has. */
  partitions: number;
  /** A consumer group that no other test has. */
  group: string;
}

export interface TopicOptions {
  /** @default 1 */
  partitions?: number;
  /** Settings of the topic, as `{"retention.ms": "1000"}`. */
  config?: Record<string, string>;
  /** A broker of the test's own. @default the shared one */
  brokers?: string;
}

/** Where the shared broker is, or why there is none. */
type Shared = { brokers: () => Promise<string> } | { missing: string };

const shared = await findShared();

async function findShared(): Promise<Shared> {
  const given = Deno.env.get("FINPIPE_TEST_KAFKA");
  if (given !== undefined) return { brokers: () => Promise.resolve(given) };
  const missing = await missingForKafka(defaultKafka());
  if (missing !== undefined) return { missing };
  const url = Deno.env.get(ON_DEMAND);
  if (url !== undefined) return { brokers: () => askForKafka(url) };
  // Never disposed of: the end of this process, however it ends, stops the broker.
  const { brokers } = await startKafka();
  return { brokers: () => Promise.resolve(brokers) };
}

/**
 * A test that needs Kafka. Where there is none it is skipped, with the reason in its name; under
 * CI=true it fails instead.
 */
export async function kafkaTest(name: string, test: TestBody, needs: Needs = {}): Promise<void> {
  const missing = "missing" in shared ? shared.missing : await missingOf(needs);
  Deno.test(skippable(name, missing, test));
}

/** `host:port` of the shared broker, which is started now if need be. */
export async function sharedBrokers(): Promise<string> {
  if ("brokers" in shared) return await shared.brokers();
  throw new Error(`No Kafka for tests: ${shared.missing}; or set FINPIPE_TEST_KAFKA`);
}

/** A topic of the test's own, which has its leaders. */
export async function testTopic(
  t: Deno.TestContext | string,
  options: TopicOptions = {},
): Promise<TestTopic> {
  const brokers = options.brokers ?? await sharedBrokers();
  const topic = uniqueName(typeof t === "string" ? t : t.name);
  const { partitions = 1 } = options;
  await withAdmin(brokers, async (admin) => {
    await admin.createTopics({
      // Of several nodes one may be asked that does not know the topic yet, which kafkajs takes for final.
      waitForLeaders: false,
      timeout: LEADERS_TIMEOUT,
      topics: [{
        topic,
        numPartitions: partitions,
        configEntries: Object.entries(options.config ?? {})
          .map(([name, value]) => ({ name, value })),
      }],
    });
    await untilLed(admin, topic, partitions);
  });
  return {
    brokers,
    topic,
    partitions,
    group: `${topic}-group`,
    async [Symbol.asyncDispose]() {
      await withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
    },
  };
}

/**
 * Milliseconds within which a topic has its leaders on a machine that is busy with other tests, and more for
 * each partition: it is a log to be made.
 */
const LEADERS_TIMEOUT = 60_000;
const PARTITION_TIMEOUT = 100;

/** Waits until the leader of each partition answers for it: being named as it comes before that. */
export async function untilLed(admin: Admin, topic: string, partitions: number): Promise<void> {
  const deadline = performance.now() + LEADERS_TIMEOUT + partitions * PARTITION_TIMEOUT;
  for (;;) {
    const offsets = await admin.fetchTopicOffsets(topic).catch((error) => {
      if (performance.now() > deadline) throw error;
      return [];
    });
    if (offsets.length === partitions) return;
    if (performance.now() > deadline) throw new Error(`Topic ${topic} has no leaders`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Deletes the messages of a partition before an offset, as retention does. */
export async function deleteRecords(
  admin: Admin,
  topic: string,
  offset: number,
  partition = 0,
): Promise<void> {
  // kafkajs looks for the leader in what it asked for before.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
}

/**
 * Deletes a topic that has messages and makes it anew. Waits until the broker answers for the new one: the
 * controller has it before that, and what is sent meanwhile goes to the old one, which others still read.
 */
export async function recreateTopic(admin: Admin, topic: string, partitions: number) {
  await admin.deleteTopics({ topics: [topic] });
  await until(async () => {
    try {
      // Waiting for leaders may fail when it is made already, and then it never is.
      const topics = [{ topic, numPartitions: partitions }];
      return await admin.createTopics({ topics, waitForLeaders: false });
    } catch {
      // Its deletion is still under way.
      return false;
    }
  });
  await until(async () => {
    const offsets = await admin.fetchTopicOffsets(topic).catch(() => []);
    return offsets.length === partitions && offsets.every(({ high }) => high === "0");
  });
}

/** Runs `work` with an administrator's client. */
export async function withAdmin<T>(
  brokers: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = plainKafka(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs itself, silent: a client that does not go through finpipe's code. */
export function plainKafka(brokers: string): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers: brokers.split(","),
    clientId: "finpipe-test",
    connectionTimeout: 10_000,
    // A broker that has just started makes clients wait, on a busy machine for longer than kafkajs does.
    retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1000 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

/** The test's name, so that a person sees whose it is, made unique. */
function uniqueName(test: string): string {
  const words = test.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 48);
  return `finpipe-test-${words}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The ids of the members that a group has, as its coordinator says. */
export async function membersOf(brokers: string, group: string): Promise<string[]> {
  const { groups } = await withAdmin(brokers, (admin) => admin.describeGroups([group]));
  return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
}
