/** `finpipe rejected`: messages that were rejected, and their replay through the same checks. */
import { Argument, Option } from "commander";
import { topicNamed } from "../lib/config/kafka.ts";
import { openEngine } from "../lib/engine/engine.ts";
import { REASONS } from "../lib/events/message.ts";
import { firstOf, rejectedRows } from "../lib/rejected/listing.ts";
import { noSuchMessage, replay, type ReplayTotals } from "../lib/rejected/replay.ts";
import { sourceNames } from "../lib/rejected/source_names.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import { CountedWork } from "../lib/rendering/progress/counted_work.ts";
import { jsonArray } from "../lib/rendering/json_array.ts";
import { rejectedTable, replayLines } from "../lib/rendering/rejected.ts";
import type { RejectedRepository } from "../lib/staging/rejected.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { printResult, wholeNumber } from "./options.ts";
import { ACTIONS, DEFAULT_LIMIT, type RejectedCall, rejectedCallOf } from "./rejected_call.ts";
import { rejectedBytes } from "../lib/rejected/bytes.ts";

/** Partitions are 32-bit integers, in Kafka as in staging. */
const LARGEST_PARTITION = 2 ** 31 - 1;

const LINE_END = "\n".charCodeAt(0);

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Lists rejected messages, shows the bytes of one, or replays them: runs them through " +
          "the\nsame checks again, and lands those that now pass and are not in staging yet.",
      )
      .addArgument(new Argument("<action>", "what to do").choices(ACTIONS))
      .argument("[id...]", "show: one message; replay: only these (default: by the filters)")
      .addOption(new Option("--reason <reason>", "why it was rejected").choices(REASONS))
      .option("--day <date>", "the day on which it was rejected, UTC")
      .option("--source <source>", "a topic, a file, or - for stdin, as 'finpipe stream' takes it")
      .option(
        "--partition <n>",
        "number of the source's partition",
        wholeNumber(0, LARGEST_PARTITION),
      )
      .option(
        "--limit <n>",
        `list: at most this many, newest first; 0: all (default: ${DEFAULT_LIMIT})`,
        wholeNumber(0),
      );
  },

  examples: [
    ["finpipe rejected list --reason bad_value", "lists the newest with one reason"],
    ["finpipe rejected show 7 > message.json", "writes the bytes of a message as they came"],
    ["finpipe rejected replay 7 8", "replays two messages"],
    [
      "finpipe rejected replay --reason not_storable --day 2022-10-02",
      "replays what was rejected for one reason on one day and has not landed since",
    ],
  ],

  async run(context, args, options) {
    const { source } = options;
    const call = rejectedCallOf(
      args,
      options,
      typeof source === "string"
        ? await sourceNames(source, topicNamed(context.config))
        : undefined,
    );
    await using engine = await openEngine(context, { staging: true, command: "rejected" });
    const access = call.action === "replay" ? "write" : "read";
    const { schema, rejected } = engine.staging;
    await schema.checkSchema(access);
    switch (call.action) {
      case "list":
        return await list(context, rejected, call);
      case "show":
        return await show(context, rejected, call.id);
      case "replay": {
        const { io, log } = context;
        const words = { verb: "Replaying", noun: "message", field: "messages" };
        using progress = new CountedWork(context, words, { of: call.selection.ids?.length });
        const onProgress = ({ replayed }: ReplayTotals) => progress.done(replayed);
        const deps = { rejected, log, signal: io.signal, onProgress };
        const totals = await replay(deps, call.selection);
        await progress.clear();
        await printResult(context, totals, replayLines(totals));
      }
    }
  },
};

export default command;

async function list(
  { io, log, json }: Context,
  rejected: RejectedRepository,
  { filter, limit }: RejectedCall & { action: "list" },
): Promise<void> {
  const rows = firstOf(rejectedRows(rejected, filter), limit, () => {
    log.warn(`Listed only the newest ${limit}: list more with a higher --limit`);
  });
  const text = json ? jsonArray(rows) : rejectedTable(rows, io.stdout.columns);
  for await (const block of inBlocks(text, io.signal)) await io.stdout.write(block);
}

async function show(context: Context, rejected: RejectedRepository, id: number): Promise<void> {
  const { io, log, json } = context;
  const found = await rejected.find(id);
  if (found === undefined) throw noSuchMessage([id]);
  const { bytes, ...row } = found;
  if (bytes === null) log.info(`Message ${id} has a null value: there are no bytes to show`);
  else if (bytes < row.length) {
    log.warn(`Message ${id} was too large: only its first bytes were kept`, {
      bytes,
      of: row.length,
    });
  }
  const pieces = rejectedBytes(rejected, id);
  if (json) {
    const raw = new Uint8Array(await new Response(ReadableStream.from(pieces)).arrayBuffer());
    const result = { ...row, raw_base64: bytes === null ? null : raw.toBase64() };
    return await printResult(context, result, []);
  }
  let last: number | undefined;
  for await (const piece of pieces) {
    io.signal.throwIfAborted();
    await io.stdout.write(piece);
    last = piece.at(-1) ?? last;
  }
  // On a terminal the prompt begins a line of its own; a file gets the bytes as they are.
  if (io.stdout.isTerminal && last !== undefined && last !== LINE_END) await io.stdout.write("\n");
}
