/**
 * Peak memory against the topic's partitions (docs/operations.md, "Memory"): of one process that lands a
 * lag at full speed; then of two of one group with little traffic, the first of which has all
 * partitions until the second joins.
 * `deno run -A bench/kafka_partitions.ts 1 100 1000`; Linux alone, which tells a process's peak.
 */
import { join } from "node:path";
import kafkajs from "kafkajs";
import { emulate } from "../lib/events/emulator.ts";
import { startKafka } from "../tests/support/kafka/server.ts";
import { freePort } from "../tests/support/network/ports.ts";
import { sendFile } from "./kafka_topic.ts";
import { benchFolder, benchServer, FINPIPE, measure, print, psql, writeEvents } from "./support.ts";

const COUNTS = Deno.args.length > 0 ? Deno.args.map(Number) : [1, 100, 1000];
/** Messages that are there at first. */
const LAG = 500_000;
/** Messages before the second process joins, and once more after it has; a second has so many. */
const MESSAGES = 2000;
const PER_SECOND = 100;
/** Milliseconds after which something will not come to be any more. */
const PATIENCE = 300_000;

await using server = await benchServer();
await using kafka = await startKafka({ heap: "1g" });
await using folder = await benchFolder();
const lag = join(folder.path, "events.jsonl");
await writeEvents(lag, { messages: LAG });
const client = new kafkajs.Kafka({
  brokers: [kafka.brokers],
  logLevel: kafkajs.logLevel.NOTHING,
  requestTimeout: 120_000,
});

async function measurePartitions(partitions: number): Promise<void> {
  const topic = `bench-${partitions}`;
  await createTopic(topic, partitions);
  const database = `bench_${partitions}`;
  await psql(server.url, `CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`);
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  const env = {
    FINPIPE_KAFKA_BROKERS: kafka.brokers,
    FINPIPE_TOPIC: topic,
    FINPIPE_GROUP: topic,
    FINPIPE_PG_URL: url.href,
    FINPIPE_WORK_DIR: join(folder.path, database),
  };
  await measure([...FINPIPE, "init"], env);
  await sendFile(kafka.brokers, topic, lag);
  const full = await measure([...FINPIPE, "stream", "--until-end"], env);
  const events = emulate({
    from: Temporal.PlainDate.from("2022-10-02"),
    to: Temporal.PlainDate.from("2022-10-02"),
    operationsPerDay: 2 * MESSAGES,
    seed: 1,
  });
  const landed = async (count: number) =>
    Number(await psql(url.href, "SELECT sum(messages_read) FROM finpipe.source_partitions")) >=
      count;
  const join1 = performance.now();
  await using first = Stream.start(env);
  await first.has(partitions);
  await first.isReady();
  const opened = performance.now() - join1;
  await send(topic, partitions, events);
  await until(() => landed(LAG + MESSAGES));
  const alone = await first.peak();
  const join2 = performance.now();
  await using second = Stream.start(env);
  await Promise.all([
    first.has(Math.floor(partitions / 2), Math.ceil(partitions / 2)),
    second.has(Math.floor(partitions / 2), Math.ceil(partitions / 2)),
  ]);
  await first.isReady();
  await second.isReady();
  const joined = performance.now() - join2;
  await send(topic, partitions, events);
  await until(() => landed(LAG + 2 * MESSAGES));
  const peaks = [await first.peak(), await second.peak()];
  print(`${partitions} partitions`);
  print(
    `  ${LAG} messages at full speed: ${full.megabytes.toFixed(0)} MB, ${
      full.seconds.toFixed(0)
    } s`,
  );
  print(`  little traffic, alone: ${alone} MB, ready after ${seconds(opened)}`);
  print(`  little traffic, two: ${peaks.join(" and ")} MB, ready after ${seconds(joined)}`);
  await first.stop();
  await second.stop();
}

/** Asks again and again, until it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!await isSo()) {
    if (performance.now() > deadline) throw new Error(`It never came to be: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(0)} s`;
}

/** Makes the topic; a thousand partitions take their broker a while. */
async function createTopic(topic: string, numPartitions: number): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    timeout: 120_000,
    waitForLeaders: false,
    topics: [{ topic, numPartitions }],
  });
  await until(async () => {
    const offsets = await admin.fetchTopicOffsets(topic).catch(() => []);
    return offsets.length === numPartitions;
  });
  await admin.disconnect();
}

/** Sends messages at their rate, to one partition after the other. */
async function send(
  topic: string,
  partitions: number,
  events: Iterator<string>,
): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  for (let sent = 0; sent < MESSAGES; sent += PER_SECOND) {
    const pause = new Promise((resolve) => setTimeout(resolve, 1000));
    const messages = Array.from({ length: PER_SECOND }, (_, i) => ({
      value: String(events.next().value),
      partition: (sent + i) % partitions,
    }));
    await producer.send({ topic, messages });
    await pause;
  }
  await producer.disconnect();
}

/** A resident `finpipe stream`. */
class Stream implements AsyncDisposable {
  #log = "";

  private constructor(
    readonly child: Deno.ChildProcess,
    readonly port: number,
  ) {
    void this.#read();
  }

  static start(env: Record<string, string>): Stream {
    const port = freePort();
    const [program, ...args] = [FINPIPE[0]!, "stream", "--metrics-port", String(port)];
    const child = new Deno.Command(program, { args, env, stdout: "null", stderr: "piped" })
      .spawn();
    return new Stream(child, port);
  }

  /** Waits until it was given so many partitions last. */
  async has(...counts: number[]): Promise<void> {
    await until(() => {
      const last = [...this.#log.matchAll(/Assigned (\d+) partitions/g)].at(-1)?.[1];
      return last !== undefined && counts.includes(Number(last));
    });
  }

  async isReady(): Promise<void> {
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok === true;
    });
  }

  /** Its greatest resident memory so far, in MB. */
  async peak(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.child.pid}/status`);
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024);
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    const { code } = await this.child.status;
    if (code !== 0) throw new Error(`A stream ended with ${code}:\n${this.#log.slice(-2000)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.child.status;
  }

  async #read(): Promise<void> {
    for await (const text of this.child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#log += text;
    }
  }
}

for (const partitions of COUNTS) await measurePartitions(partitions);
