/** `finpipe demo`: the whole pipeline on the embedded engine, in a new folder. */
import { demo, type DemoOptions } from "../lib/demo.ts";
import { Progress } from "../lib/runtime/progress.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";

/** Where the demo works unless it is told. */
const DEFAULT_FOLDER = "./finpipe-demo";

/** The work dir is the demo's folder where it is named by a flag; a variable's is not ours to fill. */
export function demoOptionsOf({ workDir }: OptionValues): Pick<DemoOptions, "folder" | "named"> {
  return typeof workDir === "string"
    ? { folder: workDir, named: true }
    : { folder: DEFAULT_FOLDER, named: false };
}

const command: CommandDefinition = {
  ignoresVariables: true,

  configure(command) {
    command.description(
      "Makes events, lands them, and builds and shows the mart: the whole pipeline on the " +
        "embedded engine, in a new folder, whatever servers are configured.",
    );
  },

  examples: [
    ["finpipe demo", "works in ./finpipe-demo, or the first of -2, -3 ... that is free"],
    ["finpipe --work-dir /tmp/try demo", "works in a folder of your choice, which must be new"],
  ],

  async run(context, _args, _options) {
    const { io, config } = context;
    const progress = new Progress(io.stderr, !context.quiet);
    await demo({
      ...demoOptionsOf(config.flags),
      json: context.json,
      io,
      onPhase: (text) => progress.show(() => text),
    });
    await progress.clear();
  },
};

export default command;
