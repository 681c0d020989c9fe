/**
 * One broker for a whole run of the tests, started when the first test asks for it: a run that needs
 * no Kafka does not pay for it.
 */
import { type KafkaServer, startKafka } from "./server.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

/** The variable that tells test processes where to ask. */
export const ON_DEMAND = "FINPIPE_TEST_KAFKA_ON_DEMAND";

/** Answers on loopback with `host:port` of the broker; disposing of it stops the broker. */
export interface KafkaOnDemand extends AsyncDisposable {
  /** Where to ask, for {@link askForKafka}. */
  url: string;
}

/** Begins to answer. */
export function offerKafka(): KafkaOnDemand {
  let server: Promise<KafkaServer> | undefined;
  const answers = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    try {
      server ??= startKafka();
      return new Response((await server).brokers);
    } catch (error) {
      return new Response(messageOf(error), { status: 500 });
    }
  });
  return {
    url: `http://127.0.0.1:${answers.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await answers.shutdown();
      await (await server?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * `host:port` of the run's broker, once it serves clients.
 *
 * @throws Error where it does not start
 */
export async function askForKafka(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
