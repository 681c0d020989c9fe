/** SASL and TLS with a real broker: each way in, and what a person reads where there is none. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { KafkaSettings } from "../../lib/config/kafka.ts";
import type { ErrorKind } from "../../lib/runtime/errors.ts";
import { openKafka } from "../../lib/sources/kafka/client.ts";
import { asKafkaFailure } from "../../lib/sources/kafka/failure.ts";
import { testTopic, withAdmin } from "../support/kafka/topics.ts";
import {
  CA_CERT,
  CLIENT_CERT,
  CLIENT_KEY,
  KAFKA_PASSWORD,
  KAFKA_USER,
  OTHER_CERT,
  OTHER_KEY,
} from "../support/kafka/credentials.ts";
import { type KafkaServer, startKafka } from "../support/kafka/server.ts";
import { kafkaServerTest } from "../support/kafka/skip.ts";
import { recordingLog } from "../support/logs.ts";

type Mechanism = "plain" | "scram-sha-256" | "scram-sha-512";

/** An authority checks who may do what; where it was told nothing, anybody may. */
const AUTHORIZER = {
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "super.users": "User:ANONYMOUS",
  "allow.everyone.if.no.acl.found": "true",
};

const CA = { ca: CA_CERT };
const sasl = (mechanism: Mechanism, password = KAFKA_PASSWORD, username = KAFKA_USER) => ({
  mechanism,
  username,
  password,
});

/** A client's settings, by what differs from clear text without a user. */
type Way = Pick<KafkaSettings, "brokers"> & Partial<KafkaSettings>;

function settingsOf(way: Way): KafkaSettings {
  const displayName = `Kafka at ${way.brokers.join(",")}`;
  return { topic: "t", group: "g", tls: undefined, sasl: undefined, displayName, ...way };
}

/** Asks for the topic's end, as the first thing that a stream does. */
async function ask(way: Way, topic: string): Promise<number> {
  const settings = settingsOf(way);
  const { log, lines } = recordingLog();
  const admin = openKafka(settings, log, { patient: false }).admin();
  try {
    await admin.connect();
    const [partition] = await admin.fetchTopicOffsets(topic);
    return Number(partition!.high);
  } catch (error) {
    throw asKafkaFailure(error, settings.displayName);
  } finally {
    await admin.disconnect();
    // What is thrown is not said a second time.
    assert.deepEqual(lines, []);
  }
}

const WAYS: [name: string, way: (server: KafkaServer) => Way][] = [
  ["clear text", ({ brokers }) => ({ brokers: [brokers] })],
  ...(["plain", "scram-sha-256", "scram-sha-512"] as const).map((mechanism) =>
    [`${mechanism} over TLS with a private CA`, (server: KafkaServer) => ({
      brokers: [server.brokersOf("SASL_TLS")],
      tls: CA,
      sasl: sasl(mechanism),
    })] as [string, (server: KafkaServer) => Way]
  ),
  ["scram-sha-512 in clear text", (server) => ({
    brokers: [server.brokersOf("SASL_CLEAR")],
    sasl: sasl("scram-sha-512"),
  })],
  ["a listener that asks for another login after 8 s", (server) => ({
    brokers: [server.brokersOf("SASL_AGAIN")],
    sasl: sasl("scram-sha-512"),
  })],
  ["TLS with a private CA among others", (server) => ({
    brokers: [server.brokersOf("TLS")],
    tls: { ca: OTHER_CERT + CA_CERT },
  })],
  ["mutual TLS", (server) => ({
    brokers: [server.brokersOf("MUTUAL_TLS")],
    tls: { ...CA, cert: CLIENT_CERT, key: CLIENT_KEY },
  })],
  ["the second broker, as the first one is away", ({ brokers }) => ({
    brokers: ["127.0.0.1:1", brokers],
  })],
];

const UNTRUSTED = /self-signed certificate in certificate chain.*\n.*FINPIPE_KAFKA_CA/;
const WRONG_PASSWORD = /[Ii]nvalid .*\n.*FINPIPE_KAFKA_USERNAME and FINPIPE_KAFKA_PASSWORD/;
/** The broker's alert, or no more than that it ended the connection, whichever comes first. */
const CLIENT_CERTIFICATE =
  /(fatal alert|write after end|Not connected).*\n.*FINPIPE_KAFKA_CERT,? (and )?FINPIPE_KAFKA_KEY/;

/** `either`: it is a matter of settings where the alert came, else of a broker that went away. */
type Outcome = ErrorKind | "either";

const NO_WAYS: [name: string, way: (server: KafkaServer) => Way, Outcome, text: RegExp][] = [
  ...(["plain", "scram-sha-256", "scram-sha-512"] as const).flatMap((mechanism) =>
    [sasl(mechanism, "wr0ng"), sasl(mechanism, KAFKA_PASSWORD, "bob")].map((user) =>
      [
        `${mechanism} with a wrong ${user.username === KAFKA_USER ? "password" : "user"}`,
        (server: KafkaServer) => ({
          brokers: [server.brokersOf("SASL_TLS")],
          tls: CA,
          sasl: user,
        }),
        "configuration",
        WRONG_PASSWORD,
      ] as (typeof NO_WAYS)[number]
    )
  ),
  [
    "a mechanism that is not offered",
    (server) => ({ brokers: [server.brokersOf("SASL_CLEAR")], sasl: sasl("scram-sha-256") }),
    "configuration",
    /does not support the requested SASL mechanism\n.*FINPIPE_KAFKA_SASL/,
  ],
  [
    "SASL to a listener without",
    ({ brokers }) => ({ brokers: [brokers], sasl: sasl("plain") }),
    "configuration",
    /SASL state\nThis listener does not accept SASL/,
  ],
  [
    "a listener that asks for another login after 1 s",
    (server) => ({ brokers: [server.brokersOf("SASL_AGAIN")], sasl: sasl("plain") }),
    "configuration",
    /SASL state\nThe login was accepted, and .* connections\.max\.reauth\.ms, .* 4000/,
  ],
  [
    "no user for a listener with SASL",
    (server) => ({ brokers: [server.brokersOf("SASL_CLEAR")] }),
    "unreachable",
    /Closed connection.*\n.*\(FINPIPE_KAFKA_SASL\)/,
  ],
  [
    "the platform's authorities alone",
    (server) => ({ brokers: [server.brokersOf("TLS")], tls: {} }),
    "configuration",
    UNTRUSTED,
  ],
  [
    "another authority",
    (server) => ({ brokers: [server.brokersOf("TLS")], tls: { ca: OTHER_CERT } }),
    "configuration",
    UNTRUSTED,
  ],
  [
    "a host name that the certificate is not for",
    (server) => ({
      brokers: [server.brokersOf("TLS").replace("localhost", "127.0.0.1")],
      tls: CA,
    }),
    "configuration",
    /does not match certificate's altnames.*\nName the brokers as their certificates do/,
  ],
  [
    "TLS to a listener without",
    ({ brokers }) => ({ brokers: [brokers], tls: CA }),
    "unreachable",
    /before secure TLS connection was established.*\n.*unset FINPIPE_KAFKA_TLS/,
  ],
  [
    "clear text to a listener with TLS",
    (server) => ({ brokers: [server.brokersOf("TLS")] }),
    "unreachable",
    /Closed connection.*\n.*wants TLS \(FINPIPE_KAFKA_TLS=true\)/,
  ],
  [
    "no certificate for mutual TLS",
    (server) => ({ brokers: [server.brokersOf("MUTUAL_TLS")], tls: CA }),
    "either",
    CLIENT_CERTIFICATE,
  ],
  [
    "another authority's certificate for mutual TLS",
    (server) => ({
      brokers: [server.brokersOf("MUTUAL_TLS")],
      tls: { ...CA, cert: OTHER_CERT, key: OTHER_KEY },
    }),
    "either",
    CLIENT_CERTIFICATE,
  ],
  [
    "another certificate's key for mutual TLS",
    (server) => ({
      brokers: [server.brokersOf("MUTUAL_TLS")],
      tls: { ...CA, cert: CLIENT_CERT, key: OTHER_KEY },
    }),
    "either",
    CLIENT_CERTIFICATE,
  ],
  [
    "a port where nobody listens",
    () => ({ brokers: ["127.0.0.1:1"] }),
    "unreachable",
    /Cannot reach Kafka at 127\.0\.0\.1:1: connect ECONNREFUSED 127\.0\.0\.1:1\nCheck that the/,
  ],
  [
    "an unknown host",
    () => ({ brokers: ["nowhere.invalid:9092"] }),
    "unreachable",
    /ENOTFOUND nowhere\.invalid.*\nThe host name is unknown/,
  ],
];

await kafkaServerTest("SASL and TLS with a real broker", async (t) => {
  await using server = await startKafka({ security: true, properties: AUTHORIZER });
  const { topic } = await testTopic(t, { brokers: server.brokers });
  for (const [name, way] of WAYS) {
    await t.step(`goes in: ${name}`, async () => {
      assert.equal(await ask(way(server), topic), 0);
    });
  }
  for (const [name, way, kind, text] of NO_WAYS) {
    await t.step(`${kind}: ${name}`, async () => {
      const { brokers } = way(server);
      await assert.rejects(ask(way(server), topic), refusedAs(kind, text, brokers.join(",")));
    });
  }
  await t.step("configuration: no rights on the topic", async () => {
    await grantToAnother(server.brokers, topic);
    const way = { brokers: [server.brokersOf("SASL_CLEAR")], sasl: sasl("scram-sha-512") };
    const text = /Not authorized to access topics.*\nGrant finpipe's user READ/;
    await assert.rejects(ask(way, topic), refusedAs("configuration", text, way.brokers[0]!));
  });
  await t.step("unreachable: a topic that does not exist", async () => {
    const way = { brokers: [server.brokers] };
    const text = /does not host this topic-partition.*\nCreate the topic/;
    await assert.rejects(ask(way, "absent"), refusedAs("unreachable", text, server.brokers));
  });
  await t.step("sends and reads over TLS with a user", async () => {
    const way = {
      brokers: [server.brokersOf("SASL_TLS")],
      tls: CA,
      sasl: sasl("scram-sha-512"),
    };
    const other = await testTopic(t, { brokers: server.brokers });
    const { log, lines } = recordingLog();
    const kafka = openKafka(settingsOf(way), log);
    assert.equal(await roundTrip(kafka, other.topic, other.group), "finpipe");
    // The first use of a group makes kafkajs try again; nobody need know.
    assert.deepEqual(lines, []);
  });
});

function refusedAs(kind: Outcome, text: RegExp, brokers: string): (error: unknown) => boolean {
  return (error) => {
    const failure = asKafkaFailure(error, "unused");
    const said = `${failure.message}\n${failure.hint}`;
    assert.match(said, text);
    if (kind !== "either") assert.equal(failure.kind, kind, said);
    assert.ok(said.includes(`Kafka at ${brokers}`), said);
    assert.doesNotMatch(said, new RegExp(`${KAFKA_PASSWORD}|wr0ng`));
    return true;
  };
}

/** Where one user has a right, the others have none. */
async function grantToAnother(brokers: string, topic: string): Promise<void> {
  await withAdmin(brokers, (admin) =>
    admin.createAcls({
      acl: [{
        resourceType: 2, // A topic,
        resourceName: topic,
        resourcePatternType: 3, // by its whole name.
        principal: "User:bob",
        host: "*",
        operation: 2, // All,
        permissionType: 3, // allowed.
      }],
    }));
}

async function roundTrip(
  kafka: ReturnType<typeof openKafka>,
  topic: string,
  groupId: string,
): Promise<string> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value: Buffer.from("finpipe") }] });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    // Else a consumer that kafkajs does not start again is waited for for ever.
    consumer.on("consumer.crash", ({ payload }) => payload.restart || reject(payload.error));
    await consumer.run({
      eachMessage: ({ message }) => Promise.resolve(resolve(String(message.value))),
    });
    return await promise;
  } finally {
    await consumer.disconnect();
    await producer.disconnect();
  }
}
