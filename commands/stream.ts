/** `finpipe stream`: lands events in staging. */
import { type Engine, openEngine } from "../lib/engine.ts";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../lib/events/message.ts";
import { landFile, type LandOptions, landStdin } from "../lib/pipeline/landing/land.ts";
import type { Totals } from "../lib/pipeline/landing/partition_lander.ts";
import { parseDuration } from "../lib/runtime/config/duration.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { Progress } from "../lib/runtime/progress.ts";
import type { StagingRepository } from "../lib/staging/repository.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { printResult, wholeNumber } from "./options.ts";

/** Bytes of messages in a batch: two batches, raw and encoded, are in memory at once. */
const BATCH_BYTES = 8 * 1024 * 1024;
const DEFAULT_BATCH_ROWS = 10_000;
/** A bytea holds 1 GB, and a rejected message has to fit in one. */
const LARGEST_MESSAGE = 500_000_000;

/** What `stream` was asked for. */
export interface StreamCall extends LandOptions {
  /** A path, or `-` for stdin. */
  source: string;
}

/** @throws FinpipeError of kind `usage` */
export function streamCallOf(options: OptionValues): StreamCall {
  const { source, batchRows, maxMessageBytes } = options;
  if (typeof source !== "string" || source === "kafka") {
    const what = source === "kafka" ? "Cannot read Kafka yet" : "No source named";
    throw new FinpipeError("usage", what, {
      hint: "Name a JSONL file with --source FILE (.gz too), or --source - for stdin",
    });
  }
  return {
    source,
    limits: {
      rows: typeof batchRows === "number" ? batchRows : DEFAULT_BATCH_ROWS,
      bytes: BATCH_BYTES,
      linger: durationOf(options.linger, "1s", "--linger"),
      maxMessageBytes: typeof maxMessageBytes === "number"
        ? maxMessageBytes
        : DEFAULT_MAX_MESSAGE_BYTES,
    },
    watermark: durationOf(options.watermark, "5m", "--watermark"),
  };
}

function durationOf(value: unknown, otherwise: string, option: string): number {
  return parseDuration(typeof value === "string" ? value : otherwise, option);
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Lands events in staging: each message exactly once, re-sent ones dropped inside the watermark.",
      )
      .option("--source <source>", "a JSONL file (.gz too), or - for stdin")
      .option("--until-end", "stop at the end, as a file and stdin always do")
      .option(
        "--watermark <duration>",
        "how late a message may come to be deduplicated (default: 5m)",
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
      );
  },

  examples: [
    ["finpipe stream --source events.jsonl", "lands a file from where it was left"],
    ["zcat events.jsonl.gz | finpipe stream --source -", "lands stdin, which has no position"],
  ],

  async run(context, _args, options) {
    const { io, log } = context;
    const { source, ...landing } = streamCallOf(options);
    await using engine = await openEngine(context, { staging: true, command: "stream" });
    const progress = new Progress(io.stderr, !context.quiet);
    const started = performance.now();
    const land = {
      connect: () => connectTo(engine),
      log,
      now: io.now,
      signal: io.signal,
      retryFor: engine.settings.retryFor,
      onProgress: (totals: Totals) => progress.show(() => progressOf(totals, started)),
    };
    const totals = source === "-"
      ? await landStdin(land, io.stdin, landing)
      : await landFile(land, source, landing);
    await progress.clear();
    io.signal.throwIfAborted();
    await printResult(context, totals, linesOf(totals));
  },
};

export default command;

/** A session of staging whose schema is the one that we know, also after an upgrade meanwhile. */
async function connectTo(engine: Engine): Promise<StagingRepository> {
  const staging = await engine.connectStaging();
  await staging.checkSchema();
  return staging;
}

function progressOf({ messages_read }: Totals, started: number): string {
  const rate = Math.round(messages_read / ((performance.now() - started) / 1000));
  return `${messages_read} messages, ${rate}/s`;
}

function linesOf(totals: Totals): string[] {
  return [
    `${totals.messages_read} messages read`,
    `  ${totals.transactions} transactions`,
    `  ${totals.currencies} currencies`,
    `  ${totals.duplicates} duplicates dropped`,
    `  ${totals.rejected} rejected`,
  ];
}
