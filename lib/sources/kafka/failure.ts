/**
 * What an error of Kafka means for a person: which kind of failure, and what to do.
 *
 * A failure that passes when a broker comes back is `unreachable` and retried. So is a connection
 * that the broker closes silently: a broker that stops does that, but so does a listener of another
 * kind than the client expected, and the hint says so.
 */
import { causesOf, type ErrorKind, FinpipeError } from "../../runtime/errors.ts";

import { SHORTEST_LOGIN, wasAccepted } from "./logins.ts";

interface Meaning {
  kind: ErrorKind;
  hint: string;
}

const unreachable = (hint: string): Meaning => ({ kind: "unreachable", hint });
const configuration = (hint: string): Meaning => ({ kind: "configuration", hint });

const UNREACHABLE = unreachable("Check that the brokers run, and that host and port are right");
const UNTRUSTED = configuration(
  "Name the PEM file of the authority that signed the brokers' certificates in FINPIPE_KAFKA_CA",
);
const CLIENT_CERTIFICATE = configuration(
  "Set FINPIPE_KAFKA_CERT and FINPIPE_KAFKA_KEY to a certificate that the brokers trust; " +
    "one is needed where their listener says ssl.client.auth=required",
);

/** Codes of system and TLS. */
const CODES: Record<string, Meaning> = {
  ENOTFOUND: unreachable("The host name is unknown: check its spelling"),
  EAI_AGAIN: unreachable("The host name could not be looked up: check DNS"),
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  EPIPE: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: configuration("Renew the broker's certificate, or set this machine's clock"),
  CERT_NOT_YET_VALID: configuration("Wait, or set this machine's clock"),
  ERR_TLS_CERT_ALTNAME_INVALID: configuration(
    "Name the brokers as their certificates do, in FINPIPE_KAFKA_BROKERS and in the brokers' own " +
      "advertised.listeners",
  ),
};

/** Errors of Kafka's protocol by kafkajs' `type` (Kafka documentation, "Error codes"). */
const TYPES: Record<string, Meaning> = {
  UNSUPPORTED_SASL_MECHANISM: configuration(
    "Set FINPIPE_KAFKA_SASL to a mechanism of this listener: scram-sha-512, scram-sha-256, plain, " +
      "oauthbearer or, on Amazon MSK, aws-msk-iam",
  ),
  ILLEGAL_SASL_STATE: configuration(
    "This listener does not accept SASL: name the port of one that does in " +
      "FINPIPE_KAFKA_BROKERS, or unset FINPIPE_KAFKA_SASL",
  ),
  TOPIC_AUTHORIZATION_FAILED: configuration(
    "Grant finpipe's user READ and DESCRIBE on the topic, and WRITE for emit",
  ),
  GROUP_AUTHORIZATION_FAILED: configuration(
    "Grant finpipe's user READ on the group, or name another one in FINPIPE_GROUP",
  ),
  CLUSTER_AUTHORIZATION_FAILED: configuration(
    "Grant finpipe's user IDEMPOTENT_WRITE on the cluster",
  ),
  UNKNOWN_TOPIC_OR_PARTITION: unreachable("Create the topic, or name another one in FINPIPE_TOPIC"),
  INVALID_TOPIC_EXCEPTION: configuration("Name another topic in FINPIPE_TOPIC"),
  INVALID_GROUP_ID: configuration("Name another group in FINPIPE_GROUP"),
  INCONSISTENT_GROUP_PROTOCOL: configuration(
    "Another program is in the group: name one of finpipe's own in FINPIPE_GROUP",
  ),
  GROUP_MAX_SIZE_REACHED: configuration("The group is full: run fewer finpipe processes"),
  MESSAGE_TOO_LARGE: { kind: "failed", hint: "Raise max.message.bytes of the topic" },
};

/** Errors that kafkajs tells apart only by their text. */
const TEXTS: [text: RegExp, meaning: Meaning][] = [
  [
    /before secure TLS connection was established/,
    unreachable(
      "Check that the broker runs; a listener without TLS closes such connections: name the port " +
        "of the one with TLS in FINPIPE_KAFKA_BROKERS, or unset FINPIPE_KAFKA_TLS",
    ),
  ],
  [
    /Closed connection|Connection closed by the server/,
    unreachable(
      "Check that the broker runs; a listener that wants TLS (FINPIPE_KAFKA_TLS=true) or a user " +
        "(FINPIPE_KAFKA_SASL) closes the connections of clients without",
    ),
  ],
  [
    // Which of the two texts comes, or the TLS alert itself, depends on what the broker sends
    // first.
    /Not connected|write after end/,
    unreachable(
      "Check that the broker runs; a listener that wants a client's certificate " +
        "(FINPIPE_KAFKA_CERT, FINPIPE_KAFKA_KEY) closes the connections of clients without",
    ),
  ],
  [
    /timed out|timeout/i,
    unreachable(
      "Check that the broker answers, that its port is Kafka's, and that no firewall is in " +
        "between",
    ),
  ],
];

/** Errors that kafkajs takes to be final, though they pass when the brokers are back. */
const PASSING = /^KafkaJS(GroupCoordinatorNotFound|LockTimeout|Timeout)$/;

const LOGIN_AGAIN = configuration(
  "The login was accepted, and the listener wants the next one too soon: raise its " +
    `connections.max.reauth.ms, or the lifetime of the tokens, to ${SHORTEST_LOGIN} or more`,
);

const WRONG_PASSWORD = configuration(
  "Check FINPIPE_KAFKA_USERNAME and FINPIPE_KAFKA_PASSWORD, and that this user has credentials for " +
    "the mechanism in FINPIPE_KAFKA_SASL",
);

/**
 * Turns an error of kafkajs into one for a person; a FinpipeError in its chain of causes is that.
 *
 * @param kafka how the message names the cluster, as `displayName` of its settings does
 */
export function asKafkaFailure(error: unknown, kafka: string): FinpipeError {
  const chain = driverErrorsOf(error);
  const known = chain.find((cause) => cause instanceof FinpipeError);
  if (known !== undefined) return known;
  const root = chain.at(-1) ?? {};
  const reason = reasonOf(root, error);
  const isLoggedIn = root.type === "ILLEGAL_SASL_STATE" && wasAccepted(kafka);
  const meaning = isLoggedIn ? LOGIN_AGAIN : meaningOf(root, reason);
  if (meaning === undefined) {
    return new FinpipeError("failed", `${kafka} failed: ${reason}`, { cause: error });
  }
  return new FinpipeError(meaning.kind, `${VERBS[meaning.kind]} ${kafka}: ${reason}`, {
    hint: meaning.hint,
    cause: error,
  });
}

const VERBS: Partial<Record<ErrorKind, string>> = {
  configuration: "Cannot use",
  unreachable: "Cannot reach",
  failed: "Failed on",
};

/** The fields that kafkajs and Node.js put on their errors. */
interface DriverError {
  name?: string;
  message?: string;
  cause?: unknown;
  code?: unknown;
  type?: unknown;
  retriable?: unknown;
  /** Which broker, `host:port`. */
  broker?: unknown;
}

/** The error and what is under it, the deepest last. */
function driverErrorsOf(error: unknown): DriverError[] {
  const chain: DriverError[] = [];
  for (const cause of causesOf(error)) {
    chain.push(cause);
    // A socket that tried several addresses reports all their failures, without a message.
    if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
      chain.push(cause.errors[0]);
    }
  }
  return chain;
}

function reasonOf({ message, broker }: DriverError, error: unknown): string {
  const text = (message || String(error)).replace(/^(Connection error|Failed to connect): /, "");
  return typeof broker === "string" && !text.includes(broker) ? `${text} (${broker})` : text;
}

function meaningOf(
  { name, code, type, retriable }: DriverError,
  text: string,
): Meaning | undefined {
  const byText = TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  if (byText !== undefined) return byText;
  if (typeof type === "string" && TYPES[type] !== undefined) return TYPES[type];
  if (typeof code === "string" && CODES[code] !== undefined) return CODES[code];
  // What the broker answers in the TLS handshake: it did not like our certificate, or its absence.
  if (typeof code === "string" && /^ERR_SSL_.*(ALERT|PROTOCOL)/.test(code)) {
    return CLIENT_CERTIFICATE;
  }
  if (name === "KafkaJSSASLAuthenticationError") {
    return /\bE[A-Z]{4,}|disconnect/.test(text) ? UNREACHABLE : WRONG_PASSWORD;
  }
  return retriable === true || PASSING.test(name ?? "") ? UNREACHABLE : undefined;
}
