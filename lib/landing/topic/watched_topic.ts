/** Landing a topic with health and metrics beside it (docs/operations.md, "Watching"). */
import { REASONS } from "../../events/message.ts";
import { type Health, serveHealth } from "../../runtime/health.ts";
import { type MeasuredPartition, StreamMetrics } from "../../runtime/metrics.ts";
import type { Totals } from "../partition_lander.ts";
import type { Cause, StuckWatch } from "./stuck_watch.ts";
import { landTopic, type TopicContext, type TopicOptions, type TopicState } from "./land_topic.ts";

const NO_CAUSE: Cause = { waitsFor: "", holder: "" };

/** Milliseconds without a sign of life after which the loop is taken for dead. */
const DEAD_AFTER = 60_000;

/** Lands a topic as {@link landTopic} does, and serves its health and metrics on a port meanwhile. */
export async function landWatchedTopic(
  context: TopicContext,
  options: TopicOptions,
  port: number,
): Promise<Totals> {
  let state: TopicState | undefined;
  let stuckWatch: StuckWatch | undefined;
  const retention = await context.topic.admin.retention();
  const metrics = new StreamMetrics(
    REASONS,
    () => measured(state, context.topic.name, context.now(), retention),
    () => ({
      kafkaUp: state?.landers.ends.isAnswered,
      lagKnownAt: state?.landers.ends.last?.at,
    }),
  );
  const health: Health = {
    metrics,
    healthz: () => state === undefined ? undefined : livenessOf(state),
    readyz: () => stuckWatch?.text ?? (state === undefined ? "starting" : readinessOf(state)),
  };
  await using _server = await serveHealth(port, health, context.log);
  return await landTopic({
    ...context,
    onWatch: (watch) => stuckWatch = watch,
    onStart(started) {
      state = started;
      context.onStart?.(started);
    },
    onProgress(totals, commit) {
      metrics.count({ ...commit, rejected: commit.reasons });
      context.onProgress?.(totals, commit);
    },
  }, options);
}

function livenessOf({ consumer, landers }: TopicState): string | undefined {
  // While Kafka is unreachable, a restart would not help, and would make it worse.
  if (landers.ends.silence !== undefined) return undefined;
  const silent = performance.now() - consumer.lastActivity;
  return silent > DEAD_AFTER
    ? `the loop has not moved for ${Math.round(silent / 1000)} s`
    : undefined;
}

function readinessOf({ consumer, landers }: TopicState): string | undefined {
  if (landers.stagingFailure !== undefined) return landers.stagingFailure;
  return consumer.isReady ? undefined : "no partitions are assigned yet";
}

function* measured(
  state: TopicState | undefined,
  topic: string,
  now: Temporal.Instant,
  retention: number | undefined,
): Generator<MeasuredPartition> {
  if (state === undefined) return;
  const { landers, stuckWatch } = state;
  const cause = stuckWatch.cause;
  for (const one of landers.partitions()) {
    const { partition, lag, oldestUnread, lastCommit, windowVersions, heldBack, waiting } = one;
    yield {
      topic,
      partition,
      lag,
      retentionLeft: retentionLeft(lag, oldestUnread, now, retention),
      lastCommit,
      windowVersions,
      heldBack,
      blocked: { seconds: waiting / 1000, ...(waiting === 0 ? NO_CAUSE : cause) },
    };
  }
}

/** Seconds; all of the retention where nothing is unread. */
function retentionLeft(
  lag: number | undefined,
  oldestUnread: number | undefined,
  now: Temporal.Instant,
  retention: number | undefined,
): number | undefined {
  if (retention === undefined || lag === undefined) return undefined;
  if (lag === 0) return retention / 1000;
  if (oldestUnread === undefined) return undefined;
  return Math.max(0, (oldestUnread + retention - now.epochMilliseconds) / 1000);
}
