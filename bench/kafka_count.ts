/**
 * kafkajs that only counts the messages of a topic, with its own decoding: in a process of its own, as
 * finpipe's replaces it. Prints the seconds from the first message to the last.
 */
import kafkajs from "kafkajs";

const [brokers, topic, groupId, messages] = Deno.args as [string, string, string, string];
const client = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
const consumer = client.consumer({ groupId, maxWaitTimeInMs: 200 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const all = Promise.withResolvers<void>();
let started = 0;
let seen = 0;
await consumer.run({
  autoCommit: false,
  eachBatch: ({ batch }) => {
    started ||= performance.now();
    if ((seen += batch.messages.length) >= Number(messages)) all.resolve();
    return Promise.resolve();
  },
});
await all.promise;
const seconds = (performance.now() - started) / 1000;
await Deno.stdout.write(new TextEncoder().encode(String(seconds)));
Deno.exit(0);
