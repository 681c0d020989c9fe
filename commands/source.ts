/** `finpipe source`: lists what is landed from, and retires what is no longer read. */
import { Argument } from "commander";
import { openEngine } from "../lib/engine/engine.ts";
import { sourceJson, sourceTable } from "../lib/rendering/sources.ts";
import { printable } from "../lib/runtime/printable.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { TopicPart } from "../lib/staging/sources.ts";
import type { CommandDefinition } from "./command.ts";
import { printResult } from "./options.ts";

const ACTIONS = ["list", "retire"] as const;

/** What `source` was asked for. */
export type SourceCall = { action: "list" } | { action: "retire"; parts: TopicPart[] };

/** @throws FinpipeError of kind `usage` */
export function sourceCallOf([action, ...names]: readonly (string | undefined)[]): SourceCall {
  if (action !== "retire") {
    if (names.length === 0) return { action: "list" };
    throw usage("Cannot take a topic with source list", "Leave it out: all sources are listed");
  }
  if (names.length > 0) return { action, parts: names.map((name) => partOf(name ?? "")) };
  throw usage(
    "No topic to retire was named",
    "Name a topic, or one of its partitions: TOPIC or TOPIC:PARTITION",
  );
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Lists the sources of landed data: topics, files and stdin, with position, watermark and\n" +
          "counters. Retires partitions of topics that are gone or no longer read, so that days can be\n" +
          "complete without them; a partition that is read again is no longer retired.",
      )
      .addArgument(new Argument("<action>", "what to do").choices(ACTIONS))
      .argument("[topic...]", "retire: TOPIC for all its partitions, or TOPIC:PARTITION");
  },

  examples: [
    ["finpipe source list", "lists all sources"],
    ["finpipe source retire payments:2 payments:3", "retires two partitions"],
    ["finpipe source retire payments-old", "retires all partitions of a topic"],
  ],

  async run(context, args) {
    const call = sourceCallOf(args);
    await using engine = await openEngine(context, { staging: true, command: "source" });
    const access = call.action === "retire" ? "write" : "read";
    const { schema, sources } = engine.staging;
    await schema.checkSchema(access);
    if (call.action === "list") {
      const rows = await sources.list();
      const text = context.json
        ? await sourceJson(rows)
        : sourceTable(rows, context.io.stdout.columns);
      return await context.io.stdout.write(text);
    }
    const retired = await sources.retire(call.parts);
    await printResult(
      context,
      { retired: retired.map(({ topic, partition }) => ({ source: topic, partition })) },
      retired.map(({ topic, partition }) => printable(`retired: ${topic}:${partition}`)),
    );
  },
};

export default command;

/** No name of a topic holds a colon. */
function partOf(name: string): TopicPart {
  const [, topic, number] = /^([^:]+)(?::(\d{1,9}))?$/.exec(name) ?? [];
  if (topic !== undefined) {
    return { topic, partition: number === undefined ? undefined : Number(number) };
  }
  throw usage(
    `Cannot read "${name}": neither TOPIC nor TOPIC:PARTITION`,
    "Write it as payments, or payments:2 for one partition",
  );
}

function usage(message: string, hint: string): FinpipeError {
  return new FinpipeError("usage", message, { hint });
}
