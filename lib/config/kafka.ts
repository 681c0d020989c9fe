/** How to reach Kafka, and what to read there: FINPIPE_KAFKA_*, topic and group. */
import { type KafkaIam, readIam, REGION } from "./kafka_iam.ts";
import { type KafkaOauth, oauthOrigins, readOauth } from "./kafka_oauth.ts";
import { type KafkaTls, readKafkaTls, TLS } from "./kafka_tls.ts";
import { Problems } from "./problems.ts";
import { readSecret, secretOrigin } from "./secrets.ts";
import { type ConfigSource, setting, variable } from "./source.ts";

/** Mechanisms of SASL with a password, as FINPIPE_KAFKA_SASL and the driver name them. */
const BY_PASSWORD = ["scram-sha-512", "scram-sha-256", "plain"] as const;
const MECHANISMS = [...BY_PASSWORD, "oauthbearer", "aws-msk-iam"] as const;

/** A user and how it proves itself. */
export type KafkaSasl = {
  mechanism: (typeof BY_PASSWORD)[number];
  username: string;
  password: string;
} | {
  mechanism: "oauthbearer";
  oauth: KafkaOauth;
} | {
  mechanism: "aws-msk-iam";
  iam: KafkaIam;
};

/** A cluster, a topic and a group. */
export interface KafkaSettings {
  /** `host:port` of the brokers to ask first; any one of them knows the others. */
  brokers: string[];
  topic: string;
  /** The consumer group. */
  group: string;
  /** Undefined for clear text. */
  tls: KafkaTls | undefined;
  /** Undefined for a client without a name. */
  sasl: KafkaSasl | undefined;
  /** How messages name the cluster: its brokers, never a secret. */
  displayName: string;
}

const BROKERS = "FINPIPE_KAFKA_BROKERS";
const SASL = "FINPIPE_KAFKA_SASL";
const USERNAME = "FINPIPE_KAFKA_USERNAME";
const PASSWORD = "FINPIPE_KAFKA_PASSWORD";

const BROKERS_FORM = "Write it as host:port,host:port";

/** What a topic may be called (Kafka documentation, `Topic.LEGAL_CHARS`). */
const TOPIC_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
/** The source name of stdin, in a column that also holds topics' names. */
const STDIN = "stdin";

/** True where a broker is named: `stream` then reads Kafka by default. */
export function isKafkaSet(source: ConfigSource): boolean {
  return variable(source, BROKERS) !== undefined;
}

/**
 * Reads the settings.
 *
 * @throws FinpipeError of kind `configuration` that names everything that is wrong
 */
export async function readKafkaSettings(source: ConfigSource): Promise<KafkaSettings> {
  const problems = Problems.beside(source.problems);
  const settings = await readKafka(source, problems);
  problems.throwIfAny();
  return settings;
}

/**
 * Reads the settings; what is wrong is reported, all at once, and files are read and checked.
 *
 * @returns settings of use only where nothing was reported
 */
export async function readKafka(source: ConfigSource, problems: Problems): Promise<KafkaSettings> {
  const brokers = readBrokers(source, problems);
  return {
    brokers,
    topic: readTopic(source, problems),
    group: setting(source, "group", "FINPIPE_GROUP")?.value ?? "finpipe",
    tls: await readKafkaTls(source, problems),
    sasl: await readSasl(source, problems),
    displayName: `Kafka at ${brokers.join(",")}`,
  };
}

function readBrokers(source: ConfigSource, problems: Problems): string[] {
  const report = problems.of(BROKERS);
  const text = variable(source, BROKERS);
  if (text === undefined) {
    report("it is not set", BROKERS_FORM);
    return [];
  }
  const brokers = text.split(",").map((broker) => broker.trim());
  brokers.forEach((broker, index) => {
    const what = brokerProblem(broker);
    // Never quoted: whoever writes a URL here may have put a password into it.
    if (what !== undefined) report(`its broker ${index + 1} ${what}`, BROKERS_FORM);
  });
  return brokers;
}

function brokerProblem(broker: string): string | undefined {
  if (broker === "") return "is empty: leave out the comma beside it";
  if (/^\[/.test(broker)) return "is an IPv6 address, which needs a host name here";
  const [, port] = /^[^\s:/@[\]]+:(\d{1,5})$/.exec(broker) ?? [];
  if (port === undefined) return "is not host:port";
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : "has no port from 1 to 65535";
}

/** The topic that is configured, whether or not it can be one. */
export function topicNamed(source: ConfigSource): string {
  return setting(source, "topic", "FINPIPE_TOPIC")?.value ?? "transaction-service-input";
}

function readTopic(source: ConfigSource, problems: Problems): string {
  const given = setting(source, "topic", "FINPIPE_TOPIC");
  if (given === undefined) return topicNamed(source);
  if (!TOPIC_NAME.test(given.value) || given.value === STDIN) {
    problems.of(given.origin)(
      `"${given.value}" cannot be a topic`,
      `Use up to 249 letters, digits, dots, underscores and dashes, but not the name ${STDIN}`,
    );
  }
  return given.value;
}

function passwordOrigins(source: ConfigSource): string[] {
  return [variable(source, USERNAME) && USERNAME, secretOrigin(source, PASSWORD)]
    .filter((name) => name !== undefined);
}

async function readSasl(source: ConfigSource, problems: Problems): Promise<KafkaSasl | undefined> {
  const given = variable(source, SASL);
  const isOauth = given?.toLowerCase() === "oauthbearer";
  const isIam = given?.toLowerCase() === "aws-msk-iam";
  const others: [origins: string[], when: string][] = [
    [isOauth || isIam ? passwordOrigins(source) : [], `is ${given?.toLowerCase()}`],
    [isOauth ? [] : oauthOrigins(source), "is not oauthbearer"],
    [!isIam && variable(source, REGION) ? [REGION] : [], "is not aws-msk-iam"],
  ];
  for (const [origins, when] of others) {
    for (const origin of origins) {
      problems.of(origin)(`it is set, and ${SASL} ${when}`, `Unset it, or change ${SASL}`);
    }
  }
  if (isOauth) {
    const oauth = await readOauth(source, problems);
    return oauth && { mechanism: "oauthbearer", oauth };
  }
  if (isIam) {
    if (variable(source, TLS) !== "true") {
      problems.of(TLS)(
        `it is not true, though ${SASL} is aws-msk-iam`,
        `Set ${TLS}=true: MSK takes logins by IAM over TLS alone`,
      );
    }
    const iam = await readIam(source, problems);
    return iam && { mechanism: "aws-msk-iam", iam };
  }
  const username = variable(source, USERNAME);
  const password = await readSecret(source, PASSWORD, problems);
  const choices = MECHANISMS.join(", ");
  if (given === undefined) {
    for (const origin of passwordOrigins(source)) {
      problems.of(origin)(`it is set, and ${SASL} is not`, `Set ${SASL} to one of ${choices}`);
    }
    return undefined;
  }
  // Kafka's own spelling is in upper case.
  const mechanism = BY_PASSWORD.find((name) => name === given.toLowerCase());
  if (mechanism === undefined) {
    problems.of(SASL)(`it is "${given}"`, `Set it to one of ${choices}`);
  }
  for (const name of [USERNAME, PASSWORD]) {
    if (secretOrigin(source, name) === undefined) {
      problems.of(name)(`it is not set, though ${SASL} is`, "Set it");
    }
  }
  return mechanism && username && password
    ? { mechanism, username, password: password.value }
    : undefined;
}
