/** The settings of a broker for tests: one node, KRaft, loopback, and with security if asked. */
import { join } from "node:path";
import { BROKER_CERT, BROKER_KEY, CA_CERT, KAFKA_PASSWORD, KAFKA_USER } from "./credentials.ts";

/** Where a broker listens, by what a client has to do there. */
export const LISTENERS = {
  /** Nothing: clear text, no user. */
  PLAIN: "PLAINTEXT",
  /** TLS with a certificate of a private authority, and any SASL mechanism. */
  SASL_TLS: "SASL_SSL",
  /** SCRAM-SHA-512, in clear text. */
  SASL_CLEAR: "SASL_PLAINTEXT",
  /** In clear text; clients log in again, after a second with PLAIN, after 8 with SCRAM-SHA-512. */
  SASL_AGAIN: "SASL_PLAINTEXT",
  /** A token of `tokenProperties`, in clear text. Without those nobody goes in. */
  SASL_TOKEN: "SASL_PLAINTEXT",
  /** TLS. */
  TLS: "SSL",
  /** TLS with a certificate of the client's own. */
  MUTUAL_TLS: "SSL",
} as const;

/** The name of a listener. */
export type Listener = keyof typeof LISTENERS;

const SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
const PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required " +
  `user_${KAFKA_USER}="${KAFKA_PASSWORD}";`;

/**
 * @param folder where data and certificates lie
 * @param ports by listener; those of `LISTENERS` that are left out are not opened
 */
export function brokerProperties(
  folder: string,
  ports: ReadonlyMap<Listener | "CONTROLLER", number>,
): Record<string, string> {
  const host = "127.0.0.1";
  const names = [...ports.keys()].filter((name) => name !== "CONTROLLER");
  const listeners = [...ports].map(([name, port]) => `${name}://${host}:${port}`);
  // The name of the certificate, but for the listener whose brokers are not looked up.
  const advertised = names.map((name) =>
    `${name}://${name === "PLAIN" ? host : "localhost"}:${ports.get(name)}`
  );
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${host}:${ports.get("CONTROLLER")}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAIN",
    "listeners": listeners.join(","),
    "advertised.listeners": advertised.join(","),
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      ...names.map((name) => `${name}:${LISTENERS[name]}`),
    ].join(","),
    "log.dirs": join(folder, "data"),
    // One node holds every replica, and few partitions are soon ready.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "num.partitions": "1",
    // Nobody waits for members who might come, and a killed broker is soon taken for dead.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    // Topics are made in so many words, or a typing error would be one.
    "auto.create.topics.enable": "false",
    "log.cleaner.dedupe.buffer.size": "16777216",
    ...(names.includes("SASL_TLS") ? securityProperties(folder) : {}),
  };
}

/** Writes the certificates that the properties of a broker with security name. */
export async function writeCertificates(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "broker.pem"), BROKER_KEY + BROKER_CERT + CA_CERT);
  await Deno.writeTextFile(join(folder, "ca.pem"), CA_CERT);
}

/** Whose tokens the broker takes. */
export const TOKEN_ISSUER = "https://tokens.test";

/** @param keys the URL of the keys by which tokens are checked */
export function tokenProperties(keys: string): Record<string, string> {
  const at = `listener.name.sasl_token`;
  const validator =
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler";
  const login = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ;";
  return {
    [`${at}.sasl.enabled.mechanisms`]: "OAUTHBEARER",
    [`${at}.oauthbearer.sasl.jaas.config`]: login,
    [`${at}.oauthbearer.sasl.server.callback.handler.class`]: validator,
    [`${at}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url`]: keys,
    [`${at}.oauthbearer.sasl.oauthbearer.expected.audience`]: "kafka",
    [`${at}.oauthbearer.sasl.oauthbearer.expected.issuer`]: TOKEN_ISSUER,
    // A connection lasts no longer than its token.
    [`${at}.oauthbearer.connections.max.reauth.ms`]: "60000",
  };
}

function securityProperties(folder: string): Record<string, string> {
  const at = (listener: Listener, name: string) =>
    `listener.name.${listener.toLowerCase()}.${name}`;
  return {
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": join(folder, "broker.pem"),
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": join(folder, "ca.pem"),
    [at("MUTUAL_TLS", "ssl.client.auth")]: "required",
    [at("SASL_TLS", "sasl.enabled.mechanisms")]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [at("SASL_TLS", "plain.sasl.jaas.config")]: PLAIN,
    [at("SASL_TLS", "scram-sha-256.sasl.jaas.config")]: SCRAM,
    [at("SASL_TLS", "scram-sha-512.sasl.jaas.config")]: SCRAM,
    [at("SASL_CLEAR", "sasl.enabled.mechanisms")]: "SCRAM-SHA-512",
    [at("SASL_CLEAR", "scram-sha-512.sasl.jaas.config")]: SCRAM,
    [at("SASL_TOKEN", "sasl.enabled.mechanisms")]: "PLAIN",
    [at("SASL_TOKEN", "plain.sasl.jaas.config")]: PLAIN,
    [at("SASL_AGAIN", "sasl.enabled.mechanisms")]: "PLAIN,SCRAM-SHA-512",
    [at("SASL_AGAIN", "plain.sasl.jaas.config")]: PLAIN,
    [at("SASL_AGAIN", "plain.connections.max.reauth.ms")]: "1000",
    [at("SASL_AGAIN", "scram-sha-512.sasl.jaas.config")]: SCRAM,
    [at("SASL_AGAIN", "scram-sha-512.connections.max.reauth.ms")]: "8000",
  };
}
