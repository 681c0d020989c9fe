/**
 * Apache Kafka's own jars for tests, from Maven Central by the machine's Maven, kept in the user's
 * cache; the broker runs on the machine's Java.
 */
import { join } from "node:path";
import { exists, inCache, isOnPath, madeOnce } from "../machine/programs.ts";

/** The newest, and the last of the line that many clusters in the field still run. */
export const VERSIONS = ["4.4.0", "3.9.2"] as const;
export type KafkaVersion = (typeof VERSIONS)[number];

/** FINPIPE_TEST_KAFKA_VERSION, else the newest. */
export function defaultKafka(): KafkaVersion {
  const given = Deno.env.get("FINPIPE_TEST_KAFKA_VERSION") ?? VERSIONS[0];
  const version = VERSIONS.find((name) => name === given);
  if (version !== undefined) return version;
  throw new Error(`FINPIPE_TEST_KAFKA_VERSION is ${given}, not one of ${VERSIONS.join(", ")}`);
}

/** The oldest Java that a broker of Kafka 4 runs on. */
const OLDEST_JAVA = 17;

const MACHINE = "set up Java 17 and Maven, in Debian: apt-get install default-jdk-headless maven";

/**
 * Why no broker can be started here; undefined where nothing speaks against it. Looks only, and
 * downloads nothing.
 */
export async function missingForKafka(version: KafkaVersion): Promise<string | undefined> {
  const java = await javaVersion();
  if (java === undefined) return `there is no Java; ${MACHINE}`;
  if (java < OLDEST_JAVA) return `Java is ${java}; ${MACHINE}`;
  if (await exists(folderOf(version)) || await isOnPath("mvn")) return undefined;
  return `there is no Maven; ${MACHINE}`;
}

/**
 * The folder that holds the jars, downloaded if need be.
 *
 * @throws Error where they cannot be had
 */
export async function kafkaJars(version: KafkaVersion): Promise<string> {
  return await madeOnce(folderOf(version), (draft) => download(version, draft));
}

async function download(version: KafkaVersion, folder: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("mvn", {
    args: [
      "-q",
      "-B",
      `--file=${join(import.meta.dirname!, "pom.xml")}`,
      `-Dkafka.version=${version}`,
      "-DincludeScope=runtime",
      `-DoutputDirectory=${folder}`,
      "dependency:copy-dependencies",
    ],
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot get Kafka ${version} from Maven Central: ${said.trim()}`);
}

function folderOf(version: KafkaVersion): string {
  return inCache("finpipe-test-kafka", version);
}

async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr } = await new Deno.Command("java", { args: ["-version"] }).output();
    const [, major] = /version "(\d+)/.exec(new TextDecoder().decode(stderr)) ?? [];
    return major === undefined ? undefined : Number(major);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
