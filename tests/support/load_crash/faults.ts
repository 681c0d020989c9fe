/** What strikes at a message of a load, while it is held. */
import type { Passage } from "../network/watched_proxy.ts";
import type { Job } from "./jobs.ts";
import type { LoadPlace } from "./place.ts";
import type { SpawnedCli } from "../cli/run_cli.ts";

export interface LoadScene {
  place: LoadPlace;
  job: Job;
  /** The connection whose message is held; it is dropped where that is cut. */
  passage: Passage;
  /** Where it runs as a process of its own. */
  finpipe: SpawnedCli | undefined;
  /** Lets the message pass, and cuts the connection instead of passing on its answer. */
  cutAnswer(): void;
}

export interface LoadFault {
  title: string;
  /** For how long finpipe tries again. */
  retryFor: string;
  /** Exit codes of a command that has not come to its end. */
  codes: readonly number[];
  /** Only a process can be killed. */
  needsProcess: boolean;
  /** @returns what stood before finpipe went on, where it does */
  strike(scene: LoadScene): Promise<string | void>;
}

/** Exit codes: a service cannot be reached, killed by signal 9. */
const UNREACHABLE = 69;
const KILLED = 137;

export const LOAD_FAULTS = {
  "cut": {
    title: "the connection is cut before the message arrives",
    retryFor: "0s",
    codes: [UNREACHABLE],
    needsProcess: false,
    strike({ passage }) {
      passage.cut();
      return Promise.resolve();
    },
  },
  "cut-answer": {
    title: "the message arrives, and the connection is cut before its answer does",
    retryFor: "0s",
    codes: [UNREACHABLE],
    needsProcess: false,
    strike({ cutAnswer }) {
      cutAnswer();
      return Promise.resolve();
    },
  },
  "kill": {
    title: "kill -9 of finpipe before the message is sent",
    retryFor: "0s",
    codes: [KILLED],
    needsProcess: true,
    async strike({ finpipe, passage }) {
      finpipe!.kill("SIGKILL");
      await finpipe!.result;
      passage.cut();
    },
  },
  "restart": {
    title: "kill -9 of the server before the message arrives, and its start on the same data",
    retryFor: "60s",
    codes: [],
    needsProcess: false,
    async strike({ place, job, passage }) {
      await place.vertica.killAndStart!();
      passage.cut();
      return await job.standing(place);
    },
  },
} as const satisfies Record<string, LoadFault>;

export type LoadFaultName = keyof typeof LOAD_FAULTS;
