/** `finpipe doctor`: looks at everything that finpipe stands on. */
import { Engine } from "../lib/engine.ts";
import { type Check, type DoctorDeps, examine, exitCodeOf } from "../lib/pipeline/doctor.ts";
import { isKafkaSet } from "../lib/runtime/config/kafka.ts";
import { prepareWorkDir, readSettings } from "../lib/runtime/config/settings.ts";
import { freeBytes } from "../lib/runtime/config/work_dir.ts";
import { inspectStaging } from "../lib/staging/inspection.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { printResult } from "./options.ts";

const command: CommandDefinition = {
  configure(command) {
    command.description(
      "Checks configuration, work dir, and of each end that has a setting: reachability, version,\n" +
        "clock, rights and schema; of Kafka, where brokers are named, the topic. Says what to do\n" +
        "about each failure, and exits with the code of the first. With no setting it checks the\n" +
        "embedded engine.",
    );
  },

  examples: [
    ["finpipe doctor", "checks everything"],
    ["finpipe doctor --json --retry-for 0s", "for a monitor: as JSON, and without waiting"],
  ],

  async run(context) {
    const checks = await examine(depsOf(context));
    const exitCode = exitCodeOf(checks);
    await printResult(context, { checks, exit_code: exitCode }, checks.flatMap(linesOf));
    return exitCode;
  },
};

export default command;

function depsOf(context: Context): DoctorDeps {
  const { io, log, config } = context;
  return {
    readSettings: () => readSettings(config, { staging: "if-set", warehouse: "if-set" }),
    prepareWorkDir,
    freeBytes,
    inspectStaging: (postgres, retryFor) =>
      inspectStaging(postgres, { retryFor, log, signal: io.signal }),
    async inspectWarehouse(settings) {
      const { warehouse, retryFor } = settings;
      if (warehouse?.kind !== "vertica") throw new Error("The warehouse is no server");
      const { inspectVertica } = await import("../lib/warehouse/vertica/inspection.ts");
      return await inspectVertica(warehouse.vertica, settings, {
        retryFor,
        log,
        signal: io.signal,
      });
    },
    inspectTopic: isKafkaSet(config)
      ? async (retryFor) => {
        // kafkajs takes its time to load.
        const { inspectTopic } = await import("../lib/pipeline/topic_inspection.ts");
        return await inspectTopic(config, { retryFor, log, signal: io.signal });
      }
      : undefined,
    async tryEmbedded(settings) {
      const staging = settings.staging?.kind === "embedded" ? settings.staging : undefined;
      await using engine = new Engine(context, { ...settings, staging }, "doctor");
      await engine.open();
    },
    now: io.now,
  };
}

function linesOf({ check, outcome, detail, hint }: Check): string[] {
  const indent = " ".repeat(9);
  const [first, ...more] = detail.split("\n");
  const rest = hint === undefined ? more : [...more, hint];
  return [`${outcome.padEnd(9)}${check}: ${first}`, ...rest.map((line) => `${indent}${line}`)];
}
