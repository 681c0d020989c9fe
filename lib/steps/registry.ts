/** The steps of a day, in the order in which they are run. A step's file is loaded when it is used. */
import type { NamedStep, Step } from "./step.ts";

export interface StepRegistration {
  /** The name of the step and of its command. */
  name: string;
  /** One line for the list of commands. */
  summary: string;
  load: () => Promise<{ default: Step }>;
}

/** All steps: each uses the result of one before it. */
export const STEPS: readonly StepRegistration[] = [
  {
    name: "dump",
    summary: "write one day's partition files from staging",
    load: () => import("./dump.ts"),
  },
  {
    name: "load",
    summary: "load one day's partition files into the warehouse, replacing the day",
    load: () => import("./load.ts"),
  },
  {
    name: "dwh",
    summary: "build the core for one day: facts and dimensions for analysts",
    load: () => import("./dwh.ts"),
  },
  {
    name: "cdm",
    summary: "build the mart for one day",
    load: () => import("./cdm.ts"),
  },
];

/** Loads the files of steps, in order. */
export function loadSteps(steps: readonly StepRegistration[]): Promise<NamedStep[]> {
  return Promise.all(steps.map(loadStep));
}

/** Loads the file of one step. */
export async function loadStep({ name, load }: StepRegistration): Promise<NamedStep> {
  return { name, ...(await load()).default };
}
