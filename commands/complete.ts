/** `finpipe complete`, which shells call: what may stand next on a command line. Silent on failure. */
import { beneath, readEnvFiles } from "../lib/config/env_files.ts";
import { daysThere } from "../lib/engine/days_there.ts";
import { runOfPartition } from "../lib/partitions/run_date.ts";
import { printable } from "../lib/runtime/printable.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { type Candidate, complete, type KnownDates } from "./completion/candidates.ts";
import { createProgram } from "./program.ts";

/** Of more dates than these nobody picks one. */
const MOST_DATES = 400;

const command: CommandDefinition = {
  configure(command) {
    command.argument("[words...]").allowUnknownOption().helpOption(false);
  },

  examples: [],

  async run(context, args) {
    const words = args.map((word) => unquoted(word ?? ""));
    try {
      // Here, because the registry names this file, too.
      const { COMMANDS } = await import("./registry.ts");
      const program = createProgram(COMMANDS, { out() {}, err() {} }, () => Promise.resolve());
      const { candidates, paths } = await complete(words, {
        program,
        async configure(command) {
          const found = COMMANDS.find(({ name }) => name === command.name());
          if (found !== undefined) (await found.load()).default.configure(command);
        },
        dates: datesIn(context),
      });
      const lines = [...candidates.map(lineOf), ...(paths === undefined ? [] : [`:${paths}`])];
      if (lines.length > 0) await context.io.stdout.write(`${lines.join("\n")}\n`);
    } catch (error) {
      // Whoever presses Tab does not want to read what is wrong, in the middle of a line.
      context.log.debug(`Cannot complete: ${error}`);
    }
  },
};

export default command;

function lineOf({ text, about }: Candidate): string {
  return about === undefined ? printable(text) : `${printable(text)}\t${about.split("\n")[0]}`;
}

/** Shells hand words over as they were typed. */
function unquoted(word: string): string {
  const [, inner] = /^'([^']*)'?$/.exec(word) ?? /^"([^"]*)"?$/.exec(word) ?? [];
  return inner ?? word.replaceAll(/\\(.)/g, "$1");
}

/** Where the options on the line say, as far as they are there. */
function datesIn({ io, log }: Context): KnownDates {
  return async (kind, values) => {
    const last = (option: string) => values[option]?.at(-1);
    const files = await readEnvFiles(values["--env-file"] ?? [], io);
    const { env } = beneath(io, files);
    const flags = { workDir: last("--work-dir"), engine: last("--engine"), retryFor: "0s" };
    const context = { io, log: { ...log, warn: () => {}, info: () => {} }, config: { env, flags } };
    const days = await daysThere(context);
    return days.slice(-MOST_DATES).map((day) =>
      kind === "data" ? `${day}` : `${runOfPartition(day).runDate}`
    );
  };
}
