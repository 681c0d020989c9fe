/**
 * Landing 500,000 messages of a topic with 4 partitions, against `kcat | psql \copy` of the raw values;
 * the cost of a round-trip time; and peak memory, with `--tenfold` also for ten times the lag. With
 * `--codec=lz4` (gzip, snappy, zstd) of a topic that is packed so.
 */
import { join } from "node:path";
import { startKafka } from "../tests/support/kafka/server.ts";
import { fillTopic, sendFile } from "./kafka_topic.ts";
import {
  benchFolder,
  benchServer,
  bestOf,
  figure,
  FINPIPE,
  measure,
  print,
  psql,
} from "./support.ts";

const MESSAGES = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 2);
/** With it the memory for ten times the lag is measured as well, which takes its time. */
const TENFOLD = Deno.args.includes("--tenfold");
/** How the topic is packed, as kcat names it: `--codec=lz4`. */
const CODEC = Deno.args.find((arg) => arg.startsWith("--codec="))?.slice("--codec=".length) ??
  "none";
const TOPIC = "transaction-service-input";
const PARTITIONS = 4;
const ROUND_TRIP_MS = 2.5;
const LIMIT_MEGABYTES = 300;

await using server = await benchServer();
await using kafka = await startKafka();
await using folder = await benchFolder();
const env = {
  FINPIPE_PG_URL: server.url,
  FINPIPE_KAFKA_BROKERS: kafka.brokers,
  FINPIPE_WORK_DIR: join(folder.path, "work"),
};
await measure([...FINPIPE, "init"], env);
const events = await fillTopic(kafka.brokers, {
  topic: TOPIC,
  partitions: PARTITIONS,
  messages: MESSAGES,
  codec: CODEC,
  folder,
});

const RESET =
  "TRUNCATE stg.transactions, stg.currencies, stg.rejected, finpipe.source_partitions, finpipe.landed_days";
let megabytes = 0;
const land = async (url = server.url) => {
  await psql(server.url, RESET);
  await psql(server.url, "CHECKPOINT");
  const command = [...FINPIPE, "stream", "--source", "kafka", "--until-end"];
  const measured = await measure(command, { ...env, FINPIPE_PG_URL: url });
  megabytes = Math.max(megabytes, measured.megabytes);
  return measured.seconds;
};
await psql(server.url, "CREATE TABLE raw (value text)");
const raw = async () => {
  await psql(server.url, "TRUNCATE raw");
  await psql(server.url, "CHECKPOINT");
  // A separator and a quote that do not occur make each line one value as it is.
  const copy = String.raw`\copy raw FROM STDIN (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')`;
  const read = `kcat -C -e -q -b ${kafka.brokers} -t ${TOPIC} -o beginning`;
  return (await measure(["sh", "-c", `${read} | psql -X -q -c "${copy}" ${server.url}`])).seconds;
};
const best = await bestOf(ROUNDS, { land: () => land(), raw });
print(
  `landing ${MESSAGES} messages of a topic (codec ${CODEC}) ${
    best.land.toFixed(2)
  } s, kcat | psql ${best.raw.toFixed(2)} s`,
);
figure("landing a topic / kcat | psql \\copy of the raw values", best.land / best.raw, 1.25);

await using proxy = await startProxy(server.url);
const far = await bestOf(ROUNDS, { land: () => land(proxy.url) });
figure(`landing with ${ROUND_TRIP_MS} ms more of round trip / without`, far.land / best.land, 1.2);
figure(
  `peak memory, ${megabytes.toFixed(0)} MB / ${LIMIT_MEGABYTES} MB`,
  megabytes / LIMIT_MEGABYTES,
  1,
);

if (TENFOLD) {
  const once = megabytes;
  for (let more = 1; more < 10; more++) {
    await sendFile(kafka.brokers, TOPIC, events);
  }
  megabytes = 0;
  await land();
  figure("peak memory of ten times the lag / of once", megabytes / once, 1.1);
}

async function startProxy(target: string): Promise<AsyncDisposable & { url: string }> {
  const url = new URL(target);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(import.meta.dirname!, "delay.ts"), url.host, String(ROUND_TRIP_MS)],
    stdout: "piped",
  }).spawn();
  const { value } = await child.stdout.getReader().read();
  url.port = new TextDecoder().decode(value).trim();
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}
