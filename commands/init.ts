/** `finpipe init`: creates or upgrades everything that finpipe needs. */
import { openEngine } from "../lib/engine/engine.ts";
import { initScript } from "../lib/engine/init_script.ts";
import { init } from "../lib/init.ts";
import { readScriptSettings } from "../lib/config/settings.ts";
import type { CommandDefinition } from "./command.ts";
import { printResult } from "./options.ts";
import { cannotTake, PLAIN_SQL } from "./refusals.ts";

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Creates or upgrades everything that finpipe needs in staging and warehouse. " +
          "Safe to run any number of times, also from two processes at once.",
      )
      .option("--print-sql", "print what would run on empty databases, and run nothing");
  },

  examples: [
    ["finpipe init", "prepares staging and warehouse, each if it has a setting"],
    ["finpipe init --print-sql", "prints the SQL, for whoever has to approve it"],
  ],

  async run(context, _args, options) {
    if (options.printSql === true) {
      if (context.json) throw cannotTake("--json", "--print-sql", PLAIN_SQL);
      const settings = await readScriptSettings(context.config);
      await context.io.stdout.write(initScript(settings));
      return;
    }
    await using engine = await openEngine(context, {
      staging: "if-set",
      warehouse: "if-set",
      creates: true,
      command: "init",
    });
    const ends = await init(engine);
    await printResult(context, ends, ends.ends.map(({ end, state }) => `${end}: ${state}`));
  },
};

export default command;
