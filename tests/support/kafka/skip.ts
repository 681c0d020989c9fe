/** Tests that need Kafka: run where it can be had, skipped by name elsewhere, failed in CI. */
import { defaultKafka, isOnPath, type KafkaVersion, missingForKafka } from "./jars.ts";

/** The body of a test. */
export type TestBody = (t: Deno.TestContext) => Promise<void>;

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

/** The test, or, where something is missing and this is not CI, the name of one that is skipped. */
export function skippable(
  name: string,
  missing: string | undefined,
  test: TestBody,
): Deno.TestDefinition {
  const skip = missing !== undefined && Deno.env.get("CI") !== "true";
  return { name: skip ? `${name} [skipped: ${missing}]` : name, ignore: skip, fn: test };
}
