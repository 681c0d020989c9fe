/** kafkajs' log entries, written to finpipe's log. */
import process from "node:process";
import kafkajs from "kafkajs";
import type { Logger, LogLevel } from "../../runtime/log.ts";

/** An entry of kafkajs' log. */
interface Entry {
  /** The part of kafkajs that speaks. */
  namespace: string;
  level: kafkajs.logLevel;
  log: Readonly<Record<string, unknown>> & { message: string };
}

/**
 * Entries whose level finpipe changes. An error that is also thrown is reported where it is caught;
 * one that is retried, such as at the first use of a group, is harmless.
 */
const WEIGHTS: [namespace: RegExp, message: RegExp, level: LogLevel][] = [
  [/^Connection$/, /^Response /, "debug"],
  [/^BrokerPool$|^SaslAuthenticator/, /./, "debug"],
  [/^Consumer$/, /^Crash: /, "debug"],
  [/^Runner$/, /rebalancing, re-joining/, "info"],
  [/./, /switched default partitioner/, "debug"],
];

/** Milliseconds for which the same entry is said once: kafkajs tries again each second. */
const QUIET = 60_000;

/** Fields that help; the others are for those who work on kafkajs. */
const FIELDS = ["error", "groupId", "topic", "partition", "broker"];

export interface LogOptions {
  /** Every failure is thrown to the caller, so the log need not report it, too. @default false */
  isThrown?: boolean;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  clock?: () => number;
}

/** Makes kafkajs log into ours: what may need somebody is a warning, the rest is for debug. */
export function logCreator(log: Logger, options: LogOptions = {}): kafkajs.logCreator {
  const { isThrown = false, clock = () => performance.now() } = options;
  const said = new Map<string, number>();
  return () => ({ namespace, level, log: { message, ...rest } }: Entry) => {
    const fields = Object.fromEntries(
      FIELDS.filter((name) => rest[name] !== undefined).map((name) => [name, String(rest[name])]),
    );
    const weight = isThrown ? "debug" : weightOf(namespace, level, message);
    const key = `${message} ${JSON.stringify(fields)}`;
    const isRepeated = clock() - (said.get(key) ?? -Infinity) < QUIET;
    if (weight !== "debug" && !isRepeated) said.set(key, clock());
    log[isRepeated ? "debug" : weight](`Kafka: ${message}`, fields);
  };
}

function weightOf(namespace: string, level: kafkajs.logLevel, message: string): LogLevel {
  for (const [speaker, text, weight] of WEIGHTS) {
    if (speaker.test(namespace) && text.test(message)) return weight;
  }
  return level === kafkajs.logLevel.ERROR || level === kafkajs.logLevel.WARN ? "warn" : "debug";
}

let routed: ((warning: Error) => void) | undefined;

/**
 * Sends the process's warnings into the log, in place of stderr or an earlier log; except the one
 * that kafkajs causes with each answer, by setting a timer that is already due.
 */
export function routeWarnings(log: Logger): void {
  if (routed === undefined) process.removeAllListeners("warning");
  else process.removeListener("warning", routed);
  routed = ({ name, message }) => {
    if (name !== "TimeoutNegativeWarning") log.warn(`${name}: ${message}`);
  };
  process.on("warning", routed);
}
