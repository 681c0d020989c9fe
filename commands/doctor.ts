/** `finpipe doctor`: looks at everything that finpipe stands on. */
import { worldOf } from "../lib/doctor_world.ts";
import { type Check, examine, exitCodeOf } from "../lib/pipeline/doctor.ts";
import type { CommandDefinition } from "./command.ts";
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
    const { lines } = context;
    const checks = (await examine(worldOf(context))).map((check) =>
      check.hint === undefined ? check : { ...check, hint: lines.complete(check.hint) }
    );
    const exitCode = exitCodeOf(checks);
    await printResult(context, { checks, exit_code: exitCode }, checks.flatMap(linesOf));
    return exitCode;
  },
};

export default command;

function linesOf({ check, outcome, detail, hint }: Check): string[] {
  const indent = " ".repeat(9);
  const [first, ...more] = detail.split("\n");
  const rest = hint === undefined ? more : [...more, hint];
  return [`${outcome.padEnd(9)}${check}: ${first}`, ...rest.map((line) => `${indent}${line}`)];
}
