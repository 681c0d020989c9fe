/** Makes a command of each step: `finpipe dump`, `load` and so on, for one day. */
import { type Command, Option } from "commander";
import type { ConfigSource } from "../lib/config/settings.ts";
import { openEngine } from "../lib/engine/engine.ts";
import { refuseOpenDay } from "../lib/partitions/open_day.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { FileProgress } from "../lib/rendering/progress/file_progress.ts";
import { stepShown } from "../lib/rendering/runs.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { NamedStep, RunDay, Shown, Step, StepOption, StepUndo } from "../lib/steps/step.ts";
import type { CommandDefinition } from "./command.ts";
import { addDataset, addRunDate, OPEN_DAY, printResult, runOf, wholeNumber } from "./options.ts";

/** What a step was asked for. */
export interface StepCall {
  run: DayRun;
  /** The step, or its undo. */
  work: RunDay<Shown>;
  /** Refuse a day that is not over by the clock. */
  onlyIfOver: boolean;
}

/** @throws FinpipeError of kind `usage`, or `configuration` for a variable that the step reads */
export function stepCallOf(
  step: Step,
  args: readonly (string | undefined)[],
  source: ConfigSource,
  now: Temporal.Instant,
): StepCall {
  const { flags } = source;
  const undo = flags.undo === true ? step.undo : undefined;
  if (undo !== undefined) refuseBesideUndo(step.options, undo, flags);
  return {
    run: runOf(args, flags, now),
    work: undo?.prepare(source) ?? step.prepare(source).runDay,
    // An undo does not ask the clock: what was done with an open day can be undone before it ends.
    onlyIfOver: step.waitsForDayEnd && undo === undefined && flags.allowOpenDay !== true,
  };
}

/** The command of a step. */
export function stepCommand(step: NamedStep): CommandDefinition {
  return {
    configure(command) {
      addRunDate(command.description(step.description));
      if (step.byDataset) addDataset(command);
      addStepOptions(command, step);
      if (step.waitsForDayEnd) command.addOption(OPEN_DAY);
      if (step.undo !== undefined) command.option("--undo", step.undo.doc);
    },

    examples: step.examples,

    async run(context, args) {
      const { io, config, given } = context;
      const { run, work, onlyIfOver } = stepCallOf(step, args, config, io.now());
      if (onlyIfOver) refuseOpenDay(step.name, run, io.now(), given);
      await using engine = await openEngine(context, { ...step.uses, command: step.name });
      await engine.checkSchemas();
      using progress = new FileProgress(context);
      const { watchOf } = progress;
      const { json, lines } = stepShown(run, await work({ ...engine.stepContext, watchOf }, run));
      await progress.clear();
      await printResult(context, json, lines);
    },
  };
}

/** Adds the options that a step shares with a backfill. */
export function addStepOptions(command: Command, { options }: Pick<Step, "options">): void {
  for (const option of stepOptionsOf({ options })) command.addOption(option);
}

/** The options of a step, as commander has them. */
export function stepOptionsOf({ options }: Pick<Step, "options">): Option[] {
  return options.map(optionOf);
}

function optionOf({ flags, doc, wholeNumber: border }: StepOption): Option {
  const option = new Option(flags, doc);
  return border === undefined ? option : option.argParser(wholeNumber(border.least, border.most));
}

/** Of a step's options, its undo takes only `--dataset` and `--partition`. */
function refuseBesideUndo(
  options: readonly StepOption[],
  { notice }: StepUndo,
  flags: ConfigSource["flags"],
): void {
  const given = [...options.map(optionOf), OPEN_DAY]
    .find((option) => flags[option.attributeName()] !== undefined);
  if (given === undefined) return;
  throw new FinpipeError("usage", `Cannot take --undo with ${given.long}`, {
    hint: `${notice}: leave ${given.long} out`,
  });
}
