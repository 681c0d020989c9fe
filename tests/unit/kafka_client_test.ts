/** What kafkajs says and throws, in words for a person: the parts that need no broker. */
import assert from "node:assert/strict";
import process from "node:process";
import kafkajs from "kafkajs";
import { logCreator, routeWarnings } from "../../lib/sources/kafka/client_log.ts";
import { asKafkaFailure } from "../../lib/sources/kafka/failure.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { recordingLog } from "../support/logs.ts";

function entry(namespace: string, level: kafkajs.logLevel, message: string, extra = {}) {
  const label = kafkajs.logLevel[level]!;
  return { namespace, level, label, log: { timestamp: "", logger: "", message, ...extra } };
}

const { ERROR, WARN, INFO } = kafkajs.logLevel;

Deno.test("what may need somebody is a warning, what kafkajs tries again by itself is not", async () => {
  const { log, lines } = recordingLog("debug");
  const write = logCreator(log)(INFO);
  write(entry("Connection", ERROR, "Connection error: connect ECONNREFUSED", { broker: "a:1" }));
  write(
    entry("Connection", ERROR, "Response GroupCoordinator(key: 10, version: 2)", { error: "x" }),
  );
  write(entry("BrokerPool", ERROR, "Failed to connect to seed broker"));
  write(
    entry("Runner", WARN, "The group is rebalancing, re-joining", { groupId: "g", stack: "s" }),
  );
  write(entry("ConsumerGroup", INFO, "Consumer has joined the group"));
  await log.flush();
  assert.deepEqual(lines, [
    "warn: Kafka: Connection error: connect ECONNREFUSED broker=a:1\n",
    "debug: Kafka: Response GroupCoordinator(key: 10, version: 2) error=x\n",
    "debug: Kafka: Failed to connect to seed broker\n",
    "Kafka: The group is rebalancing, re-joining groupId=g\n",
    "debug: Kafka: Consumer has joined the group\n",
  ]);
});

Deno.test("the same warning is said once a minute", async () => {
  const { log, lines } = recordingLog("warn");
  let now = 0;
  const write = logCreator(log, { clock: () => now })(INFO);
  const again = entry("Connection", ERROR, "Connection error: connect ECONNREFUSED");
  for (now = 0; now <= 61_000; now += 1000) write(again);
  write({ ...again, log: { ...again.log, message: "Connection timeout" } });
  await log.flush();
  assert.equal(lines.filter((line) => line.includes("ECONNREFUSED")).length, 2);
  assert.equal(lines.filter((line) => line.includes("timeout")).length, 1);
});

Deno.test("what is thrown as well is for debug", async () => {
  const { log, lines } = recordingLog("info");
  logCreator(log, { isThrown: true })(INFO)(entry("Connection", ERROR, "Connection error: x"));
  await log.flush();
  assert.deepEqual(lines, []);
});

Deno.test("warnings of the process go to the newest log, but for kafkajs' own", async () => {
  const before = process.listeners("warning");
  const [first, second] = [recordingLog("debug"), recordingLog("debug")];
  routeWarnings(first.log);
  routeWarnings(second.log);
  const warn = (name: string) =>
    process.emit("warning", Object.assign(new Error("text"), { name }));
  warn("TimeoutNegativeWarning");
  warn("DeprecationWarning");
  await second.log.flush();
  assert.deepEqual(first.lines, []);
  assert.deepEqual(second.lines, ["warn: DeprecationWarning: text\n"]);
  assert.equal(process.listeners("warning").length, Math.max(1, before.length));
});

const NAME = "Kafka at a:1";

Deno.test("a FinpipeError that kafkajs wrapped is the failure", () => {
  const ours = new FinpipeError("data", "A corrupt batch");
  const wrapped = new kafkajs.KafkaJSNonRetriableError(ours);
  assert.equal(asKafkaFailure(Object.assign(wrapped, { cause: ours }), NAME), ours);
});

Deno.test("whatever kafkajs would try again is unreachable, anything else a failure", () => {
  const passing = asKafkaFailure(new kafkajs.KafkaJSError("Broker 2 not found"), NAME);
  assert.equal(passing.kind, "unreachable");
  assert.equal(passing.message, `Cannot reach ${NAME}: Broker 2 not found`);
  const lasting = asKafkaFailure(new TypeError("x is not a function"), NAME);
  assert.equal(lasting.kind, "failed");
  assert.equal(lasting.message, `${NAME} failed: x is not a function`);
  assert.equal(asKafkaFailure("text", NAME).message, `${NAME} failed: text`);
});

Deno.test("a connection that broke while a user logged in is no wrong password", () => {
  const text = "SASL PLAIN authentication failed: ";
  for (
    const reason of ["Closed connection", "read ECONNRESET", "Request SaslHandshake timed out"]
  ) {
    const error = new kafkajs.KafkaJSError(text + reason, { retriable: false });
    Object.assign(error, { name: "KafkaJSSASLAuthenticationError" });
    assert.equal(asKafkaFailure(error, NAME).kind, "unreachable", reason);
  }
});

Deno.test("a host whose addresses all failed is unreachable, with the first failure as reason", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
  const failure = asKafkaFailure(new AggregateError([refused]), NAME);
  assert.equal(failure.kind, "unreachable");
  assert.match(failure.message, /connect ECONNREFUSED ::1:1/);
});
