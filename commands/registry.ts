/** The commands, in the order of the pipeline. A command's file is loaded when it is called. */
import { loadStep, loadSteps, type StepRegistration, STEPS } from "../lib/steps/registry.ts";
import { allOf } from "../lib/runtime/words.ts";
import type { CommandDefinition } from "./command.ts";

export interface Registration {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  load: () => Promise<{ default: CommandDefinition }>;
  /** It prints no JSON. @default false */
  noJson?: true;
  /** It is for programs, and stands in no list. @default false */
  hidden?: true;
}

/** All commands, with these as the steps of a day. A command that is not listed does not exist. */
export function commandsOf(steps: readonly StepRegistration[]): readonly Registration[] {
  return [
    {
      name: "demo",
      summary: "run the whole pipeline on the embedded engine, in a new folder",
      load: () => import("./demo.ts"),
    },
    {
      name: "stream",
      summary: "land events in staging",
      load: () => import("./stream.ts"),
    },
    {
      name: "init",
      summary: "create or upgrade everything that finpipe needs",
      load: () => import("./init.ts"),
    },
    {
      name: "rejected",
      summary: "list, show and replay rejected messages",
      load: () => import("./rejected.ts"),
    },
    {
      name: "source",
      summary: "list the sources of landed data, and retire those that are no longer read",
      load: () => import("./source.ts"),
    },
    ...steps.map((step) => ({
      name: step.name,
      summary: step.summary,
      load: () => stepDefinition(step),
    })),
    {
      name: "backfill",
      summary: `run ${allOf(steps.map(({ name }) => name))} for each date of a range`,
      load: () => backfillDefinition(steps),
    },
    {
      name: "status",
      summary: "show how the steps of each date are",
      load: () => statusDefinition(steps),
    },
    {
      name: "audit",
      summary: "prove that the books balance, from what was landed to the mart",
      load: () => import("./audit.ts"),
    },
    {
      name: "report",
      summary: "show the mart",
      load: () => import("./report.ts"),
    },
    {
      name: "serve",
      summary: "show the mart as a live page in a browser",
      load: () => serveDefinition(steps),
    },
    {
      name: "prune",
      summary: "remove old days of staging that stand in the warehouse, and old files",
      load: () => import("./prune.ts"),
    },
    {
      name: "emit",
      summary: "make a deterministic stream of events, as the source service would",
      load: () => import("./emit.ts"),
    },
    {
      name: "health",
      summary: "ask a stream on this machine whether it is well",
      load: () => import("./health.ts"),
    },
    {
      name: "doctor",
      summary: "check configuration, reachability, versions and permissions",
      load: () => import("./doctor.ts"),
    },
    {
      name: "config",
      summary: "show every setting, its value and where that came from",
      load: () => import("./config.ts"),
    },
    {
      name: "completions",
      summary: "print the script by which a shell completes command lines",
      noJson: true,
      load: () => import("./completions.ts"),
    },
    {
      name: "complete",
      summary: "print what may stand next on a command line",
      noJson: true,
      hidden: true,
      load: () => import("./complete.ts"),
    },
    {
      name: "licenses",
      summary: "print the licenses of finpipe and of what it holds",
      load: () => import("./licenses.ts"),
    },
  ];
}

/** Those of finpipe. */
export const COMMANDS: readonly Registration[] = commandsOf(STEPS);

async function stepDefinition(step: StepRegistration) {
  const { stepCommand } = await import("./step_command.ts");
  return { default: stepCommand(await loadStep(step)) };
}

async function backfillDefinition(steps: readonly StepRegistration[]) {
  const { backfillCommand } = await import("./backfill.ts");
  return { default: backfillCommand(await loadSteps(steps)) };
}

async function statusDefinition(steps: readonly StepRegistration[]) {
  const { statusCommand } = await import("./status.ts");
  return { default: statusCommand(await loadSteps(steps)) };
}

async function serveDefinition(steps: readonly StepRegistration[]) {
  const { serveCommand } = await import("./serve.ts");
  return { default: serveCommand(await loadSteps(steps)) };
}
