/** `finpipe stream`: lands events in staging. */
import { isKafkaSet } from "../lib/config/kafka.ts";
import { type Engine, openEngine } from "../lib/engine/engine.ts";
import { landFile, landStdin } from "../lib/landing/land.ts";
import type { Totals } from "../lib/landing/partition_lander.ts";
import { RejectedWatch, TooManyRejected } from "../lib/landing/rejected_watch.ts";
import type { TopicContext } from "../lib/landing/topic/land_topic.ts";
import type { TopicOptions } from "../lib/landing/topic/topic_options.ts";
import { type Notice, noticeOfFailure } from "../lib/notify/notice.ts";
import { landedLines } from "../lib/rendering/landed.ts";
import { LandingProgress } from "../lib/rendering/progress/landing_progress.ts";
import { realPathOf } from "../lib/sources/jsonl.ts";
import { LostMessages } from "../lib/sources/topic/offset_range.ts";
import type { StagingRepository } from "../lib/staging/repository.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { printResult, share, wholeNumber } from "./options.ts";
import { type StreamCall, streamCallOf } from "./stream_call.ts";

/** A bytea holds 1 GB, and a rejected message has to fit in one. */
const LARGEST_MESSAGE = 500_000_000;

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Lands events in staging, each message exactly once; drops versions that are sent " +
          "again within the watermark. Reads Kafka until it is told to stop, a file or stdin " +
          "to its end.",
      )
      .option(
        "--source <source>",
        "kafka, a JSONL file, or - for stdin, gzip too (default: kafka, if it is configured)",
      )
      .option("--until-end", "stop once everything that was there at the start has landed")
      .option("--topic <name>", "(default: transaction-service-input)")
      .option("--group <name>", "the consumer group (default: finpipe)")
      .option(
        "--from <where>",
        "for a partition without a position: earliest, latest, a timestamp, or " +
          "PARTITION:OFFSET,...; only the last form continues after a lost range or a corrupt " +
          "batch (default: earliest)",
      )
      .option(
        "--watermark <duration>",
        "how late a message may come and still be deduplicated (default: 5m)",
      )
      .option(
        "--batch-rows <n>",
        "messages in one transaction (default: 10000)",
        wholeNumber(1, 1_000_000),
      )
      .option("--linger <duration>", "how long a message waits for others (default: 1s)")
      .option(
        "--max-message-bytes <n>",
        "larger messages are rejected (default: 10000000)",
        wholeNumber(1, LARGEST_MESSAGE),
      )
      .option(
        "--max-rejected-share <share>",
        "end with exit code 4 where more is rejected, as 0.01 or 1%: of 1,000 messages or more that " +
          "follow each other, and of all at the end (default: off)",
        share,
      )
      .option("--grace <duration>", "how long to drain when asked to stop (default: 20s)")
      .option(
        "--metrics-port <port>",
        "serve /healthz, /readyz and /metrics, on all interfaces (default: off)",
        wholeNumber(0, 65_535),
      );
  },

  tells: () => ({ noticeOf: noticeOfStream, settles: [] }),

  examples: [
    ["finpipe stream --source events.jsonl", "lands a file, from where the last run stopped"],
    ["zcat events.jsonl.gz | finpipe stream --source -", "lands stdin, which has no position"],
    ["finpipe stream --source kafka --metrics-port 9090", "lands a topic until it is told to stop"],
    ["finpipe stream --source kafka --until-end", "lands what is there now"],
  ],

  async run(context, _args, options) {
    const call = streamCallOf(options, isKafkaSet(context.config));
    const { maxRejectedShare: maxShare } = call;
    using rejected = new RejectedWatch({ log: context.log, maxShare });
    const kafka = call.source.kind === "kafka";
    // Before the engine makes a folder: a file that cannot be read must not leave one behind.
    if (call.source.kind === "file") await realPathOf(call.source.path);
    await using engine = await openEngine(context, {
      staging: true,
      // A new folder gets everything that the later steps need, too.
      warehouse: "if-embedded",
      kafka,
      creates: true,
      command: "stream",
    });
    using progress = new LandingProgress(context);
    const totals = await land(context, engine, call, {
      onSource: progress.onSource,
      onProgress: (totals, commit) => {
        progress.onProgress(totals, commit);
        rejected.count(commit);
      },
    });
    await progress.clear();
    await printResult(context, totals, landedLines(totals));
    const ends = call.source.kind !== "kafka" || call.source.untilEnd;
    const { signal } = context.io;
    rejected.end(ends && !signal.aborted);
    // A resident stream that was asked to stop has done its work; any other stream has not.
    if (ends) signal.throwIfAborted();
  },
};

export default command;

function noticeOfStream(error: unknown): Notice {
  if (error instanceof TooManyRejected) {
    // Once however often it is started again and meets more of them.
    return noticeOfFailure("rejected_share", error, "");
  }
  return noticeOfFailure(error instanceof LostMessages ? "lost_range" : "stream_failed", error);
}

async function land(
  { io, log, stopNotice }: Context,
  engine: Engine,
  { source, limits, watermark }: StreamCall,
  { onProgress, onSource }: Pick<LandingProgress, "onProgress" | "onSource">,
): Promise<Totals> {
  const landing = { limits, watermark };
  const { retryFor, kafka } = engine.settings;
  const { now, signal } = io;
  const { makeRows } = engine;
  const connect = () => connectTo(engine);
  stopNotice.waitsFor = () => "for staging to answer, and to take what was read";
  const context = { connect, makeRows, log, now, signal, retryFor, onProgress, onSource };
  switch (source.kind) {
    case "stdin":
      return await landStdin(context, io.stdin, landing);
    case "file":
      return await landFile(context, source.path, landing);
    case "kafka":
      return await landKafka(engine, {
        ...context,
        onStart({ landers }) {
          onSource(() => ({ messages: landers.lag }));
          stopNotice.waitsFor = () => drainText(source.grace, landers.stagingFailure);
        },
      }, {
        ...source,
        ...landing,
        group: kafka!.group,
        retryFor,
      });
  }
}

async function landKafka(
  engine: Engine,
  context: Omit<TopicContext, "topic">,
  { metricsPort, ...options }: TopicOptions & { metricsPort: number | undefined },
): Promise<Totals> {
  await using topic = await engine.openTopic();
  // Imported only where needed: the code for topics, health and metrics takes time to load.
  if (metricsPort === undefined) {
    const { landTopic } = await import("../lib/landing/topic/land_topic.ts");
    return await landTopic({ ...context, topic }, options);
  }
  const { landWatchedTopic } = await import("../lib/landing/topic/watched_topic.ts");
  return await landWatchedTopic({ ...context, topic }, options, metricsPort);
}

/** What a stream waits for that was asked to stop. @param grace milliseconds */
function drainText(grace: number, failure: string | undefined): string {
  const why = failure === undefined ? "" : ` (${failure})`;
  return `up to ${Math.round(grace / 1000)} s to land what was read${why}`;
}

/** Opens a session of staging and checks the schema again: it may have been upgraded meanwhile. */
async function connectTo(engine: Engine): Promise<StagingRepository> {
  await using opened = new AsyncDisposableStack();
  const staging = opened.use(await engine.connectStaging());
  await staging.schema.checkSchema();
  opened.move();
  return staging;
}
