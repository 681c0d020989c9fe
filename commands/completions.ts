/** `finpipe completions`: the script by which a shell completes command lines of finpipe. */
import { Argument } from "commander";
import type { CommandDefinition } from "./command.ts";
import { SCRIPTS, SHELLS } from "./completion/shells.ts";

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Prints the script by which a shell completes command lines of finpipe: commands, options,\n" +
          "values, and the dates that there are in the work dir or, if it has none, in the\n" +
          "warehouse's server. The script asks finpipe at each Tab, so it need not be made again\n" +
          "for another version.",
      )
      .addArgument(new Argument("<shell>", "whose script").choices(SHELLS));
  },

  examples: [
    ['eval "$(finpipe completions bash)"', "in ~/.bashrc; the same with zsh in ~/.zshrc"],
    ["finpipe completions fish | source", "in ~/.config/fish/config.fish"],
    [
      "finpipe completions powershell | Out-String | Invoke-Expression",
      "in the profile of PowerShell",
    ],
  ],

  async run({ io }, [shell]) {
    const named = SHELLS.find((name) => name === shell)!;
    await io.stdout.write(SCRIPTS[named]);
  },
};

export default command;
