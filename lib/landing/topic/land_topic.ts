/**
 * Landing a Kafka topic, each message exactly once (contract, section 2): resident until it is told
 * to stop, or until what was there at its start is landed.
 */
import { FinpipeError } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { wait } from "../../runtime/retry.ts";
import type { LogRange } from "../../sources/topic/log_range.ts";
import type { Topic, TopicConsumer } from "../../sources/topic/topic.ts";
import type { MakeRows } from "../../staging/batch.ts";
import type { StagingRepository } from "../../staging/repository.ts";
import { StagingSessions } from "../../staging/sessions.ts";
import type { Commit, Totals } from "../partition_lander.ts";
import { SteadyStaging } from "../steady_staging.ts";
import { UntilAsked } from "./asked.ts";
import { PartitionLanders } from "./partition_landers.ts";
import { placeTopic } from "./start.ts";
import { Standstill } from "./standstill.ts";
import { SteadyTopicLog } from "./steady_log.ts";
import { sessionTimeoutOf, type TopicOptions } from "./topic_options.ts";

export type { TopicOptions } from "./topic_options.ts";

export interface TopicContext {
  topic: Topic;
  /** Opens a session of staging, one try. */
  connect(): Promise<StagingRepository>;
  makeRows: MakeRows;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
  onProgress?: (totals: Totals, commit: Commit) => void;
  /** Called at once with the object that knows whether landing is stuck. */
  onWatch?: (standstill: Standstill) => void;
  /** Called once, when landing begins, with the object that knows its progress. */
  onStart?: (state: TopicState) => void;
}

/** The progress of landing a topic, which can be asked for at any time. */
export interface TopicState {
  landers: PartitionLanders;
  standstill: Standstill;
  consumer: TopicConsumer;
}

/** Sessions of staging at once: partitions are landed side by side, decoded by one thread. */
const MOST_SESSIONS = 4;
/** Milliseconds between two checks of the progress. */
const TICK = 200;
/** Milliseconds between two requests for the ends of the partitions. */
const ENDS_INTERVAL = 10_000;
/** Milliseconds that a fetch waits for messages with `untilEnd`. */
const SHORT_WAIT = 20;
/** Milliseconds after which a missing answer of Kafka's is silence, and not slowness. */
const TAKES_TIME = 2000;
/** Milliseconds for leaving the group when all is landed. */
const LEAVE_TIME = 5000;

/**
 * Lands a topic; returns when it was asked to stop and has drained, or with `untilEnd` at the end.
 *
 * @throws FinpipeError of kind `data` for a lost range; `unreachable` with `untilEnd` alone; the
 * signal's reason where what was held could not be landed within the grace
 */
export async function landTopic(context: TopicContext, options: TopicOptions): Promise<Totals> {
  const { log, signal } = context;
  const { admin, name: topic } = context.topic;
  const { group, from, untilEnd } = options;
  const retryFor = untilEnd ? options.retryFor : Infinity;
  await using sessions = new StagingSessions(context.connect, MOST_SESSIONS);
  using drain = new DrainTime(signal, options.grace);
  // A server that does not respond would take longer.
  drain.signal.addEventListener("abort", () => void sessions.cut());
  await using untilAsked = new UntilAsked(signal);
  const staging = new SteadyStaging(sessions, {
    log,
    signal: AbortSignal.any([drain.signal, untilAsked.over]),
    retryFor,
    // Wait until somebody makes room, or promotes the standby.
    waitsOut: untilEnd ? "soon" : "in time",
  });
  const topicLog = new SteadyTopicLog(admin, { log, signal, retryFor });
  const feed = context.topic.feed.bind(context.topic);
  const landersContext = { ...context, admin, feed, sessions, staging, topicLog };
  const landers = new PartitionLanders(landersContext, { ...options, topic });
  using standstill = new Standstill({
    ...context,
    sessions,
    waiting: () => landers.waiting(),
    stagingFailure: () => landers.stagingFailure,
    kafkaSilence: () => {
      const { silentFor, silence } = landers.ends;
      const failure = silence ?? topicLog.failure;
      if (silentFor < TAKES_TIME && failure === undefined) return undefined;
      return { for: silentFor, why: failure?.message ?? "a question got no answer" };
    },
  }, sessionTimeoutOf(options));
  context.onWatch?.(standstill);
  const begin = async () => {
    const at = context.now();
    const ranges = await topicLog.existing(topic);
    await placeTopic({ topic, from, staging, log }, topicLog, ranges);
    landers.ends.told(ranges, at);
    return ranges;
  };
  const ranges = await untilAsked.run(begin());
  // Asked to stop before anything was read.
  if (ranges === undefined) return landers.totals;
  if (untilEnd) warnOfHeldBack(ranges, topic, log);
  standstill.begun();
  const ends = new Map(ranges.map(({ partition, high }) => [partition, high]));
  if (untilEnd && await untilAsked.run(landers.haveReached(ends)) !== false) {
    // Nothing to land: do not make the other members of the group wait for this one.
    await landers.ends.mark();
    return landers.totals;
  }

  const { onStart } = context;
  const consumer = context.topic.consumer({
    group,
    log,
    partitions: ranges.length,
    ...(untilEnd ? { maxWait: SHORT_WAIT } : {}),
    ...options.member,
  }, landers);
  landers.consumer = consumer;
  onStart?.({ landers, standstill, consumer });
  try {
    // The consumer retries for ever: the watch decides when to give up.
    consumer.run().catch((error) => landers.failed(error));
    const { over } = untilAsked;
    const watching = watch({ landers, consumer, over, retryFor, ...(untilEnd ? { ends } : {}) });
    await landers.failureOr(untilAsked.run(watching));
  } finally {
    consumer.quiesce();
    try {
      await landers.drain(drain.signal);
      await landers.ends.mark();
    } finally {
      await leave(consumer, log);
    }
  }
  return landers.totals;
}

/** Messages behind an open transaction cannot be read, and this run does not wait for them. */
function warnOfHeldBack(ranges: readonly LogRange[], topic: string, log: Logger): void {
  for (const { partition, high, end } of ranges.filter(({ high, end }) => high < end)) {
    log.warn(
      `An open transaction holds back offsets ${high} to ${end - 1} of topic ${topic}: ` +
        "this run ends before them, and the partition does not count as read to its end",
      { partition },
    );
  }
}

interface Watch {
  landers: PartitionLanders;
  consumer: TopicConsumer;
  /** Where each partition ended at the start, to stop there. */
  ends?: ReadonlyMap<number, number>;
  over: AbortSignal;
  retryFor: number;
}

/** Returns when the end is reached. */
async function watch({ landers, consumer, ends, over, retryFor }: Watch): Promise<void> {
  let endsAskedAt = -Infinity;
  while (!over.aborted) {
    if (ends !== undefined && await landers.haveReached(ends)) return;
    const now = performance.now();
    // The group is silent while it waits for a member that is gone, but Kafka still answers.
    if (now - Math.max(consumer.lastActivity, landers.ends.answeredAt) > retryFor) {
      throw new FinpipeError("unreachable", "Kafka has stopped answering", {
        hint: "Check that the brokers run and are reachable",
        cause: landers.ends.silence,
      });
    }
    if (now - endsAskedAt > ENDS_INTERVAL) {
      endsAskedAt = now;
      await landers.askEnds();
    }
    const reached = new AbortController();
    landers.onReached = () => reached.abort();
    await wait(TICK, AbortSignal.any([over, reached.signal])).catch(() => {});
  }
}

/** Leaves the group, or is left by it if Kafka does not answer. */
async function leave(consumer: TopicConsumer, log: Logger): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("Kafka does not answer"), LEAVE_TIME);
  });
  const left = consumer.stop().then(() => undefined, String);
  const failure = await Promise.race([left, late]);
  clearTimeout(timer);
  if (failure !== undefined) {
    log.info("Could not tell the group that finpipe leaves: the group will notice by itself", {
      reason: failure,
    });
  }
}

/**
 * The time to land what was read after the signal to stop; its own signal is aborted when the time
 * is over.
 */
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
