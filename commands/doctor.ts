/** `finpipe doctor`: looks at everything that finpipe stands on. */
import { worldOf } from "../lib/engine/doctor_world.ts";
import { exitCodeOf } from "../lib/doctor/check.ts";
import { examine } from "../lib/doctor/doctor.ts";
import { checkLines } from "../lib/rendering/checks.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition } from "./command.ts";
import { printResult } from "./options.ts";

const command: CommandDefinition = {
  configure(command) {
    command.description(
      "Checks configuration, work dir, and of each end that has a setting: reachability, version,\n" +
        "clock, rights and schema; of Kafka, where brokers are named, the topic. Says what to do\n" +
        "about each failure, and exits with the code of the first. With no setting it checks the\n" +
        "embedded engine.\n" +
        "With --trial it tries what finpipe takes for granted of the warehouse, each assumption in\n" +
        "scratch tables of its own in the two schemas, which go again, also after Ctrl-C; nothing else\n" +
        "is touched, read or locked. Exit code 4 where finpipe needs something that does not hold, or\n" +
        "that could not be tried. What it prints with --json is made to be sent to us: it names no\n" +
        "user, place or data.",
    )
      .option("--trial", "try each assumption about the warehouse in scratch tables")
      .option("--print-sql", "with --trial: print all that would be run, and run nothing");
  },

  examples: [
    ["finpipe doctor", "checks everything"],
    ["finpipe doctor --json --retry-for 0s", "for a monitor: as JSON, and without waiting"],
    ["finpipe doctor --trial", "on a Vertica that is new to finpipe, after init"],
    ["finpipe doctor --trial --print-sql", "shows that SQL to whoever has to approve it"],
  ],

  async run(context, _args, options) {
    if (options.trial === true) {
      const { runTrial } = await import("./doctor_trial.ts");
      return await runTrial(context, options.printSql === true);
    }
    if (options.printSql === true) {
      throw new FinpipeError("usage", "--print-sql is about what --trial runs", {
        hint: "Say 'finpipe doctor --trial --print-sql'",
      });
    }
    const { lines } = context;
    const checks = (await examine(worldOf(context))).map((check) =>
      check.hint === undefined ? check : { ...check, hint: lines.complete(check.hint) }
    );
    const exitCode = exitCodeOf(checks);
    await printResult(context, { checks, exit_code: exitCode }, checks.flatMap(checkLines));
    return exitCode;
  },
};

export default command;
