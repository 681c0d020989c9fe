/** `finpipe demo`: the whole pipeline on the embedded engine, in a new folder. */
import { demo, type DemoOptions } from "../lib/demo.ts";
import { Progress } from "../lib/runtime/progress.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { cannotTake } from "./refusals.ts";

/** Where the demo works unless a flag names another folder. */
const DEFAULT_FOLDER = "./finpipe-demo";

/** The demo fills a work dir only where a flag names it, never one that a variable names. */
export function demoOptionsOf({ workDir }: OptionValues): Pick<DemoOptions, "folder" | "named"> {
  return typeof workDir === "string"
    ? { folder: workDir, named: true }
    : { folder: DEFAULT_FOLDER, named: false };
}

const command: CommandDefinition = {
  ignoresVariables: true,

  configure(command) {
    command.description(
      "Makes events, lands them, builds the mart and shows it: the whole pipeline on the " +
        "embedded engine, in a new folder. Ignores any servers that are configured.",
    );
  },

  examples: [
    ["finpipe demo", "works in ./finpipe-demo, or in ./finpipe-demo-2, -3 ... if that exists"],
    [
      "finpipe --work-dir /tmp/try demo",
      "works in a folder that you choose, which must not exist yet",
    ],
  ],

  async run(context, _args, _options) {
    const { io, config } = context;
    if (config.flags.engine === "remote") {
      throw cannotTake(
        "--engine remote",
        "demo",
        "A demo works on the embedded engine: leave it out",
      );
    }
    using progress = new PhaseProgress(context);
    await demo({
      ...demoOptionsOf(config.flags),
      json: context.json,
      io,
      async onPhase(text) {
        if (text === undefined) return await progress.clear();
        progress.begin(text);
      },
    });
    await progress.clear();
  },
};

/** What is done is printed as it is done: a log needs no more. */
class PhaseProgress extends Progress {
  #phase = "";

  begin(phase: string): void {
    this.#phase = phase;
    this.changed();
  }

  protected lines() {
    return [[this.#phase]];
  }

  protected said() {
    return [];
  }
}

export default command;
