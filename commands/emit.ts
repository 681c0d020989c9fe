/** `finpipe emit`: the source service's stand-in. */
import { emulate, type Emulation } from "../lib/events/emulator.ts";
import { openTopicWriter } from "../lib/engine/engine.ts";
import { parseRange, partitionOf, today } from "../lib/partitions/run_date.ts";
import { emit } from "../lib/emit/emit.ts";
import { writeFile } from "../lib/emit/file.ts";
import { withTopicWriter } from "../lib/emit/topic.ts";
import { CountedWork } from "../lib/rendering/progress/counted_work.ts";
import { readSettings } from "../lib/config/settings.ts";
import { counted } from "../lib/runtime/words.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { namedOutput, refuseExisting } from "../lib/runtime/named_output.ts";
import type { CommandDefinition, Context, OptionValues } from "./command.ts";
import { notEmpty, printResult, wholeNumber } from "./options.ts";
import { cannotTake } from "./refusals.ts";

/** What `emit` was asked for. */
export interface EmitCall {
  /** `kafka`, a path, or `-` for stdout. */
  target: string;
  /** Messages a second; undefined: as fast as they are taken. */
  rate: number | undefined;
  /** A file that is there is replaced. */
  force: boolean;
  emulation: Emulation;
}

const WORDS = { verb: "Emitting", noun: "message", field: "messages" };

/** @throws FinpipeError of kind `usage` */
export function emitCallOf(options: OptionValues, now: Temporal.Instant): EmitCall {
  const { to = "-", dates, operationsPerDay = 1000, rate, seed = 1, force } = options;
  if (to !== "kafka" && options.topic !== undefined) {
    throw new FinpipeError("usage", `Cannot take --topic with --to ${to}`, {
      hint: "--topic is only for --to kafka: leave it out",
    });
  }
  if (to === "kafka" && options.topic === undefined) {
    throw new FinpipeError("usage", "Cannot emit to Kafka: no topic named", {
      hint:
        "Name the topic with --topic, whatever FINPIPE_TOPIC says: the events are made up, and " +
        "must not land among real ones",
    });
  }
  if (force === true && (to === "kafka" || to === "-")) {
    throw new FinpipeError("usage", `Cannot take --force with --to ${to}`, {
      hint: "--force is only for --to FILE: leave it out",
    });
  }
  const yesterday = partitionOf(today(now));
  const range = typeof dates === "string"
    ? parseRange(dates, "--dates")
    : { from: yesterday, to: yesterday };
  return {
    target: String(to),
    rate: typeof rate === "number" ? rate : undefined,
    force: force === true,
    emulation: { ...range, operationsPerDay: Number(operationsPerDay), seed: Number(seed) },
  };
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Makes a stream of events as the source service would; the same seed gives the same " +
          "events.",
      )
      .option("--to <target>", "kafka, a file (.gz too), or - for stdout (default: -)", notEmpty)
      .option("--topic <name>", "topic for --to kafka, which has no default here")
      .option("--force", "replace a file that is there")
      .option("--dates <from..to>", "days of the events, inclusive (default: yesterday, UTC)")
      .option(
        "--operations-per-day <n>",
        "each is about three messages (default: 1000)",
        wholeNumber(0),
      )
      .option(
        "--rate <n>",
        "messages a second; a file then grows as they come (default: as fast as possible)",
        wholeNumber(1),
      )
      .option(
        "--seed <n>",
        "a different number gives different events (default: 1)",
        wholeNumber(0),
      );
  },

  examples: [
    [
      "finpipe emit --dates 2022-10-01..2022-10-31 --to events.jsonl.gz",
      "writes a month to a file",
    ],
    ["finpipe emit --rate 50 | finpipe stream --source -", "lands events as they come"],
    [
      "finpipe emit --to kafka --topic rehearsal --rate 200",
      "sends events to Kafka, keyed by object_id, each once",
    ],
  ],

  async run(context, _args, options) {
    const { io, log } = context;
    const { target, rate, force, emulation } = emitCallOf(options, io.now());
    if (!force && target !== "kafka" && target !== "-") await refuseExisting(target);
    if (context.json && await isStdout(target)) {
      throw cannotTake("--json", `--to ${target}`, "stdout carries the events: leave --json out");
    }
    using progress = new CountedWork(context, WORDS);
    const onProgress = (messages: number) => progress.done(messages);
    const send = (write: (text: string) => Promise<void>) =>
      emit(emulate(emulation), write, { rate, signal: io.signal, onProgress });
    const messages = await sendTo(target, send, context, rate !== undefined);
    await progress.clear();
    if (messages === undefined) return;
    const result = {
      messages,
      from: emulation.from.toString(),
      to: emulation.to.toString(),
      operations_per_day: emulation.operationsPerDay,
      seed: emulation.seed,
    };
    log.info(
      `Emitted ${counted(messages, "message")} to ${target === "-" ? "stdout" : target}`,
      result,
    );
    if (context.json) await printResult(context, result, []);
  },
};

export default command;

/** Whether the events went to this stream, whichever of its names (`-`, /dev/stdout) was given. */
async function isStdout(target: string): Promise<boolean> {
  if (target === "-" || target === "kafka") return target === "-";
  return (await namedOutput(target)).kind === "stdout";
}

type Send = (write: (text: string) => Promise<void>) => Promise<number | undefined>;

async function sendTo(
  target: string,
  send: Send,
  { io, config, log }: Context,
  growing: boolean,
): Promise<number | undefined> {
  const isTopic = target === "kafka";
  const { kafka, retryFor } = await readSettings(config, { kafka: isTopic });
  if (target === "-") return await send((text) => io.stdout.write(text));
  if (!isTopic) return await writeFile(target, { growing, stdout: io.stdout }, send);
  const retry = { retryFor, signal: io.signal, log };
  return await withTopicWriter(() => openTopicWriter(kafka!, retry), send);
}
