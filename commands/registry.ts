/** The commands, in the order of the pipeline. A command's file is loaded when it is called. */
import type { CommandDefinition } from "./command.ts";

export interface Registration {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  load: () => Promise<{ default: CommandDefinition }>;
}

/** All of them: what is not here is not there. */
export const COMMANDS: readonly Registration[] = [
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
    summary: "list what is landed from, and retire what is read no more",
    load: () => import("./source.ts"),
  },
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
    name: "cdm",
    summary: "build the mart for one day",
    load: () => import("./cdm.ts"),
  },
  {
    name: "backfill",
    summary: "dump, load and build the mart for each date of a range",
    load: () => import("./backfill.ts"),
  },
  {
    name: "report",
    summary: "show the mart",
    load: () => import("./report.ts"),
  },
  {
    name: "emit",
    summary: "make a deterministic stream of events, as the source service would",
    load: () => import("./emit.ts"),
  },
  {
    name: "doctor",
    summary: "check configuration, reachability, versions and permissions",
    load: () => import("./doctor.ts"),
  },
];
