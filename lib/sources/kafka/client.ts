/** The client of Kafka: kafkajs, with our settings and our log. */
import kafkajs, { type Kafka } from "kafkajs";
import type { KafkaSettings } from "../../config/kafka.ts";
import type { Logger } from "../../runtime/log.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import { LOGIN_BEFORE, watchedSasl } from "./logins.ts";
import { logCreator, routeWarnings } from "./client_log.ts";

/** A client, as it is handed on to those in this folder. */
export type KafkaClient = Kafka;

/** Milliseconds for a connection and its TLS handshake. */
const CONNECTION_TIMEOUT = 3000;

/**
 * How a patient client retries. With less a consumer crashes when a broker is away for half a
 * minute, and takes as long again to come back into its group; with these it goes on 1 s after the
 * broker is back.
 */
const PATIENT = { retries: 1000, initialRetryTime: 200, maxRetryTime: 1000 };

export interface ClientOptions {
  /**
   * Retries by itself for a quarter of an hour, and logs that: right for a consumer that is
   * running. Otherwise it tries each broker once and leaves the failure to the caller: right at the
   * start, which should say at once what is wrong.
   *
   * @default true
   */
  patient?: boolean;
}

/**
 * A client; connects to nothing yet. `asKafkaFailure` translates what its consumers, producers and
 * administrators throw.
 */
export function openKafka(
  settings: KafkaSettings,
  log: Logger,
  { patient = true }: ClientOptions = {},
): Kafka {
  routeWarnings(log);
  const { brokers, sasl, tls, displayName } = settings;
  return new kafkajs.Kafka({
    brokers,
    clientId: SIGNATURE.replace(" ", "-"),
    // Copies, because kafkajs keeps its own results in these objects.
    ...(sasl === undefined ? {} : { sasl: watchedSasl(sasl, displayName, tls?.ca) }),
    // kafkajs asks the types of its sockets alone for it.
    ...{ reauthenticationThreshold: LOGIN_BEFORE },
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    connectionTimeout: CONNECTION_TIMEOUT,
    retry: patient ? PATIENT : { retries: brokers.length - 1, initialRetryTime: 50 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(log, { isThrown: !patient }),
  });
}
