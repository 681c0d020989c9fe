/** `finpipe config`: all settings, and where each came from. */
import { shownSettings } from "../lib/config/shown.ts";
import { unknownText, unknownVariables } from "../lib/config/unknown_variables.ts";
import { settingLines } from "../lib/rendering/settings.ts";
import type { CommandDefinition } from "./command.ts";
import { printResult } from "./options.ts";

const command: CommandDefinition = {
  configure(command) {
    command.description(
      "Shows every setting with its value, where the value came from, and what it means. The\n" +
        "value comes from an option, a variable, the file that a variable X_FILE names, a file of\n" +
        "--env-file, Airflow's connection, or it is the default. Secrets are masked. It connects\n" +
        "to nothing: 'finpipe doctor' checks whether the settings work.",
    );
  },

  examples: [
    ["finpipe config", "shows all settings"],
    ["finpipe config --env-file prod.env", "shows what would hold with that file"],
    ["finpipe config --json", "for programs"],
  ],

  async run(context) {
    const settings = await shownSettings(context.config);
    const unknown = unknownVariables(context.io.envNames());
    for (const one of unknown) context.log.warn(unknownText(one));
    await printResult(context, { settings, unknown }, settings.flatMap(settingLines));
  },
};

export default command;
