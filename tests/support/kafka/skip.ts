/** Tests that need Kafka: run where it can be had, skipped by name elsewhere, failed in CI. */
import { defaultKafka, type KafkaVersion, missingForKafka } from "./jars.ts";
import { isOnPath } from "../machine/programs.ts";
import { skippable, type TestBody } from "../skip.ts";

/** What a test needs beside a broker. */
export interface Needs {
  /** Debian's kcat: a producer and reader that is not ours. */
  kcat?: boolean;
}

const NO_KCAT = "there is no kcat, in Debian: apt-get install kcat";

/**
 * A test that starts a broker of its own (`startKafka`), which FINPIPE_TEST_KAFKA is no help for.
 *
 * @param options.version of the broker that it starts. @default FINPIPE_TEST_KAFKA_VERSION, else the newest
 */
export async function kafkaServerTest(
  name: string,
  test: TestBody,
  options: Needs & { version?: KafkaVersion } = {},
): Promise<void> {
  const missing = await missingForKafka(options.version ?? defaultKafka()) ??
    await missingOf(options);
  Deno.test(skippable(name, missing, test));
}

/** Why what a test needs beside a broker is not there. */
export async function missingOf(needs: Needs): Promise<string | undefined> {
  return needs.kcat === true && !await isOnPath("kcat") ? NO_KCAT : undefined;
}
