/** What `stream` was asked for, as a narrow typed object. */
import { parseDuration, TIMER_DAYS } from "../lib/config/duration.ts";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../lib/events/message.ts";
import type { LandOptions } from "../lib/landing/land.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { type From, parseFrom } from "../lib/sources/topic/from.ts";
import type { OptionValues } from "./command.ts";

/** Bytes of messages in a batch: two batches, raw and encoded, are in memory at once. */
const BATCH_BYTES = 8 * 1024 * 1024;
/**
 * Bytes of messages in the batches of a topic, shared by its partitions. With half of it,
 * PostgreSQL needs a fifth more processor time for the rows of four partitions; with twice of it,
 * finpipe needs 60 MB more.
 */
const TOPIC_BATCH_BYTES = 8 * 1024 * 1024;
const DEFAULT_BATCH_ROWS = 10_000;

/** What is landed. */
export type StreamSource =
  | { kind: "file"; path: string }
  | { kind: "stdin" }
  | {
    kind: "kafka";
    from: From | undefined;
    untilEnd: boolean;
    /** Milliseconds. */
    grace: number;
    metricsPort: number | undefined;
  };

export interface StreamCall extends LandOptions {
  source: StreamSource;
  /** From 0 to 1; undefined: any. */
  maxRejectedShare: number | undefined;
}

/** Options that are only for Kafka, as a person types them. */
const KAFKA_OPTIONS = {
  topic: "--topic",
  group: "--group",
  from: "--from",
  grace: "--grace",
  metricsPort: "--metrics-port",
};

/**
 * @param isKafkaSet a broker is named, so that Kafka is read where no source is
 * @throws FinpipeError of kind `usage`
 */
export function streamCallOf(options: OptionValues, isKafkaSet: boolean): StreamCall {
  const source = sourceOf(options, isKafkaSet);
  const { batchRows, maxMessageBytes, maxRejectedShare } = options;
  return {
    source,
    limits: {
      rows: typeof batchRows === "number" ? batchRows : DEFAULT_BATCH_ROWS,
      bytes: source.kind === "kafka" ? TOPIC_BATCH_BYTES : BATCH_BYTES,
      linger: durationOf(options.linger, "1s", "--linger", TIMER_DAYS),
      maxMessageBytes: typeof maxMessageBytes === "number"
        ? maxMessageBytes
        : DEFAULT_MAX_MESSAGE_BYTES,
    },
    watermark: durationOf(options.watermark, "5m", "--watermark"),
    maxRejectedShare: typeof maxRejectedShare === "number" ? maxRejectedShare : undefined,
  };
}

function sourceOf(options: OptionValues, isKafkaSet: boolean): StreamSource {
  const named = options.source;
  if (named === "kafka" || (named === undefined && isKafkaSet)) {
    const { from, metricsPort } = options;
    return {
      kind: "kafka",
      from: typeof from === "string" ? parseFrom(from) : undefined,
      untilEnd: options.untilEnd === true,
      grace: durationOf(options.grace, "20s", "--grace", TIMER_DAYS),
      metricsPort: typeof metricsPort === "number" ? metricsPort : undefined,
    };
  }
  if (typeof named !== "string") {
    throw new FinpipeError("usage", "No source named", {
      hint:
        "Name a JSONL file with --source FILE, --source - for stdin (gzip too), or --source kafka",
    });
  }
  for (const [name, option] of Object.entries(KAFKA_OPTIONS)) {
    if (options[name] === undefined) continue;
    throw new FinpipeError("usage", `Cannot take ${option} with --source ${named}`, {
      hint: `${option} is only for --source kafka: leave it out`,
    });
  }
  return named === "-" ? { kind: "stdin" } : { kind: "file", path: named };
}

function durationOf(
  value: unknown,
  otherwise: string,
  option: string,
  longest?: number,
): number {
  return parseDuration(typeof value === "string" ? value : otherwise, option, longest);
}
