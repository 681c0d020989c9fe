/** `finpipe licenses`: the licenses of finpipe and of what it holds. */
import { LICENSES } from "../lib/licenses/licenses.ts";
import { jsonArray } from "../lib/rendering/json_array.ts";
import type { CommandDefinition } from "./command.ts";

const command: CommandDefinition = {
  ignoresVariables: true,

  configure(command) {
    command.description(
      "Prints the licenses of finpipe and of what it holds, with their texts: npm packages, Deno,\n" +
        "PostgreSQL.",
    );
  },

  examples: [
    ["finpipe licenses", "prints all of them"],
    ["finpipe licenses --json", "the same for programs, one on each line"],
  ],

  async run({ io, json }) {
    if (json) {
      for await (const piece of jsonArray(LICENSES)) await io.stdout.write(piece);
      return;
    }
    for (const { name, version, license, text } of LICENSES) {
      await io.stdout.write(`${"-".repeat(80)}\n${name} ${version}: ${license}\n\n${text}\n`);
    }
  },
};

export default command;
