/**
 * Landing a Kafka topic, each message exactly once (contract, section 2): resident until it is told
 * to stop, or until what was there at its start is landed.
 */
import { FinpipeError, isKind } from "../../../runtime/errors.ts";
import type { Logger } from "../../../runtime/log.ts";
import { retrying, wait } from "../../../runtime/retry.ts";
import type { KafkaClient } from "../../../sources/kafka/client.ts";
import { asKafkaFailure } from "../../../sources/kafka/failure.ts";
import type { From, LogRange } from "../../../sources/kafka/start_offsets.ts";
import type { TopicAdmin } from "../../../sources/kafka/topic_admin.ts";
import { TopicConsumer } from "../../../sources/kafka/topic_consumer.ts";
import type { BatchLimits } from "../../../sources/source.ts";
import type { StagingRepository } from "../../../staging/repository.ts";
import { StagingSessions } from "../../../staging/sessions.ts";
import type { Commit, Totals } from "../partition_lander.ts";
import { SteadyStaging } from "../steady_staging.ts";
import { PartitionLanders } from "./partition_landers.ts";
import { placeTopic } from "./start.ts";

export interface TopicOptions {
  topic: string;
  group: string;
  /** Where partitions begin that have no position. @default earliest */
  from?: From | undefined;
  /** Stop once everything that was there at the start is landed. */
  untilEnd: boolean;
  limits: BatchLimits;
  /** Milliseconds between the greatest sent time and the watermark. */
  watermark: number;
  /** Milliseconds to drain for when asked to stop. */
  grace: number;
  /** Milliseconds for which an unreachable server is tried, with `untilEnd`; else it is for ever. */
  retryFor: number;
}

export interface TopicContext {
  /** For the consumer: goes on trying by itself. */
  kafka: KafkaClient;
  /** Asks Kafka about the topic; one try each time. */
  admin: TopicAdmin;
  /** How messages name the cluster. */
  cluster: string;
  /** Opens a session of staging, one try. */
  connect(): Promise<StagingRepository>;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
  onProgress?: (totals: Totals, commit: Commit) => void;
  /** Told once, when landing begins, of whoever knows how it goes. */
  onStart?: (state: TopicState) => void;
}

/** How the landing of a topic goes, to be asked at any time. */
export interface TopicState {
  landers: PartitionLanders;
  consumer: TopicConsumer;
  staging: SteadyStaging;
}

/** Sessions of staging at once: partitions are landed side by side, decoded by one thread. */
const MOST_SESSIONS = 4;
/** Milliseconds between two looks at how far we are. */
const TICK = 200;
/** Milliseconds between two questions for the ends of the log. */
const ENDS_INTERVAL = 10_000;

/**
 * Lands a topic; returns when it was asked to stop and has drained, or with `untilEnd` at the end.
 *
 * @throws FinpipeError of kind `data` for a lost range; `unreachable` with `untilEnd` alone
 */
export async function landTopic(context: TopicContext, options: TopicOptions): Promise<Totals> {
  const { log, signal } = context;
  const { topic, untilEnd } = options;
  const retryFor = untilEnd ? options.retryFor : Infinity;
  await using sessions = new StagingSessions(context.connect, MOST_SESSIONS);
  using drain = new DrainTime(signal, options.grace);
  const steady = {
    log,
    signal: drain.signal,
    retryFor,
    ...(untilEnd ? {} : { passes: passesByItself }),
  };
  const staging = new SteadyStaging(sessions, steady);
  const ask = <T>(work: () => Promise<T>) =>
    retrying(
      () => work().catch((error) => Promise.reject(asKafkaFailure(error, context.cluster))),
      {
        log,
        signal,
        retryFor,
      },
    );
  const { admin } = context;
  const askedAt = context.now();
  const ranges = await waitForTopic(() => ask(() => admin.ranges()), {
    log,
    signal,
    topic,
    retryFor,
  });
  await placeTopic({ topic, from: options.from, staging, log }, admin, ranges);

  const landers = new PartitionLanders({ ...context, staging }, options);
  landers.ends = { at: askedAt, ranges };
  const consumer = new TopicConsumer(context.kafka, { topic, group: options.group, log }, landers);
  landers.consumer = consumer;
  context.onStart?.({ landers, consumer, staging });
  try {
    await ask(() => consumer.start());
    const ends = untilEnd
      ? new Map(ranges.map(({ partition, high }) => [partition, high]))
      : undefined;
    await landers.failureOr(watch({ landers, ends, signal, consumer, retryFor }));
  } finally {
    consumer.quiesce();
    try {
      await landers.drain(drain.signal);
      await landers.markEnds();
    } finally {
      await consumer.stop().catch((error) =>
        log.debug("Leaving the group failed", { error: String(error) })
      );
    }
  }
  return landers.totals;
}

interface Watch {
  landers: PartitionLanders;
  /** Where each partition ended at the start. */
  ends: ReadonlyMap<number, number> | undefined;
  signal: AbortSignal;
  consumer: TopicConsumer;
  retryFor: number;
}

/** Returns when the end is reached or it is time to stop. */
async function watch({ landers, ends, signal, consumer, retryFor }: Watch): Promise<void> {
  let endsAskedAt = -Infinity;
  while (!signal.aborted) {
    if (ends !== undefined && await landers.haveReached(ends)) return;
    const now = performance.now();
    if (now - consumer.lastActivity > retryFor) {
      throw new FinpipeError("unreachable", "Kafka has not answered any more", {
        hint: "Check that the brokers run and are reachable",
      });
    }
    if (now - endsAskedAt > ENDS_INTERVAL) {
      endsAskedAt = now;
      await landers.askEnds();
    }
    await wait(TICK, signal).catch(() => {});
  }
}

/** Waits until the topic exists: finpipe never creates the topic that it reads. */
async function waitForTopic(
  ranges: () => Promise<LogRange[] | undefined>,
  { log, signal, topic, retryFor }: {
    log: Logger;
    signal: AbortSignal;
    topic: string;
    retryFor: number;
  },
): Promise<LogRange[]> {
  return await retrying(async () => {
    const found = await ranges();
    if (found !== undefined && found.length > 0) return found;
    throw new FinpipeError("unreachable", `Topic ${topic} does not exist yet`, {
      hint: "Create it, or name another one with --topic",
    });
  }, { log, signal, retryFor });
}

/**
 * What a resident stream waits out: a database that is read-only (a standby that will be promoted) or
 * out of disk (somebody will make room).
 */
function passesByItself(error: unknown): boolean {
  return isKind(error, "failed") && /\b(25006|53100)\b/.test(sqlStateOf(error));
}

function sqlStateOf(error: FinpipeError): string {
  const code = (error.cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** The time to land what is held after we were asked to stop; its signal is aborted when it is over. */
class DrainTime implements Disposable {
  readonly #over = new AbortController();
  readonly #asked: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(asked: AbortSignal, readonly grace: number) {
    this.#asked = asked;
    asked.addEventListener("abort", this.#begin);
    if (asked.aborted) this.#begin();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#asked.removeEventListener("abort", this.#begin);
  }

  readonly #begin = () => {
    this.#timer = setTimeout(() => this.#over.abort(this.#asked.reason), this.grace);
  };
}
