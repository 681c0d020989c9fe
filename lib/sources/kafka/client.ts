/** The client of Kafka: kafkajs, with our settings and our log. */
import kafkajs, { type Kafka } from "kafkajs";
import type { KafkaSettings } from "../../config/kafka.ts";
import type { Logger } from "../../runtime/log.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import { logCreator, routeWarnings } from "./client_log.ts";

/** A client, as it is handed on to those in this folder. */
export type KafkaClient = Kafka;

/** Milliseconds for a connection and its TLS handshake. */
const CONNECTION_TIMEOUT = 3000;

/**
 * How a patient client tries again. With less a consumer crashes when a broker is away for half a
 * minute, and takes as long again to come back into its group; with these it goes on 1 s after the
 * broker is back.
 */
const PATIENT = { retries: 1000, initialRetryTime: 200, maxRetryTime: 1000 };

export interface ClientOptions {
  /**
   * Tries again for a quarter of an hour by itself, saying so in the log: right for a consumer that
   * has begun. Else each broker is tried once, and the failure is the caller's to judge: right for
   * what comes first, which should say at once what is wrong.
   *
   * @default true
   */
  patient?: boolean;
}

/**
 * A client; connects to nothing yet. What its consumers, producers and administrators throw,
 * `asKafkaFailure` makes into words.
 */
export function openKafka(
  settings: KafkaSettings,
  log: Logger,
  { patient = true }: ClientOptions = {},
): Kafka {
  routeWarnings(log);
  const { brokers, sasl, tls } = settings;
  return new kafkajs.Kafka({
    brokers,
    clientId: SIGNATURE.replace(" ", "-"),
    // Copies: kafkajs keeps what it makes of them in them.
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as kafkajs.SASLOptions }),
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    connectionTimeout: CONNECTION_TIMEOUT,
    retry: patient ? PATIENT : { retries: brokers.length - 1, initialRetryTime: 50 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(log, { isThrown: !patient }),
  });
}
