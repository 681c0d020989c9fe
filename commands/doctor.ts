/** `finpipe doctor`: looks at everything that finpipe stands on. */
import { shownSettings } from "../lib/config/shown.ts";
import { unknownVariables } from "../lib/config/unknown_variables.ts";
import { doctorDeps } from "../lib/engine/doctor_deps.ts";
import { exitCodeOf } from "../lib/doctor/check.ts";
import { examine } from "../lib/doctor/doctor.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition } from "./command.ts";
import { DoctorView } from "./doctor_view.ts";
import { printResult, withRetryFor } from "./options.ts";

/** Whoever asks what is wrong does not want to wait; a server that only restarts is not wrong. */
const RETRY_FOR = "5s";

const command: CommandDefinition = {
  configure(command) {
    command.description(
      "Checks the configuration and the work dir; the connection, version, clock, rights and " +
        "schema\nof staging and of the warehouse, each if it has a setting; and the topic, if " +
        "Kafka brokers\nare set. Says what to do about each failure, and exits with the code of " +
        "the first. With no\nsetting it checks the embedded engine. Shows first which settings hold; " +
        "with --quiet only\nwhat is wrong. Servers are tried at once, each for 5s unless --retry-for " +
        "says otherwise.\nWith --trial it tries each " +
        "assumption that finpipe makes about the warehouse, in scratch\ntables of its own in " +
        "the two schemas. It drops them at the end, also after Ctrl-C, and does\nnot touch, " +
        "read or lock anything else. The exit code is 4 if something that finpipe needs\ndoes " +
        "not hold or could not be tried. You can send us the output of --json: it names no " +
        "user,\nplace or data.",
    )
      .option("--trial", "try each assumption about the warehouse in scratch tables")
      .option("--print-sql", "with --trial: print the SQL that would run, and run nothing");
  },

  examples: [
    ["finpipe doctor", "checks everything"],
    ["finpipe doctor --json --retry-for 0s", "for monitoring: prints JSON, and does not wait"],
    ["finpipe doctor --trial", "tries a Vertica that is new to finpipe, after init"],
    ["finpipe doctor --trial --print-sql", "prints that SQL, for whoever has to approve it"],
  ],

  async run(context, _args, options) {
    if (options.trial === true) {
      const { runTrial } = await import("./doctor_trial.ts");
      return await runTrial(context, options.printSql === true);
    }
    if (options.printSql === true) {
      throw new FinpipeError("usage", "Cannot take --print-sql without --trial", {
        hint: "Run 'finpipe doctor --trial --print-sql'",
      });
    }
    const patient = withRetryFor(context, RETRY_FOR);
    const settings = await shownSettings(context.config, { "--retry-for": RETRY_FOR });
    const unknown = unknownVariables(context.io.envNames());
    using view = new DoctorView(context);
    view.settings(settings);
    const found = await examine(doctorDeps(patient, unknown), view);
    await view.printed;
    const checks = found.map((check) => view.completed(check));
    const exitCode = exitCodeOf(checks);
    if (context.json) {
      await printResult(context, { settings, checks, exit_code: exitCode }, []);
    }
    return exitCode;
  },
};

export default command;
