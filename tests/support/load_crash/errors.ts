/** Loads that a server answers with an error: what stands then, and that all is well again. */
import { JOBS } from "./jobs.ts";
import type { DayState, LoadPlace } from "./place.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

export interface ErrorCell {
  title: string;
  /** The fault, as tests/vertica-server/fault_words.ts reads it. */
  fault: string;
  code: number;
  standing: DayState;
  /** What is said on stderr: the cause, and what to do. */
  says?: RegExp;
}

/** A refused swap is called again three times. */
export const ERRORS: readonly ErrorCell[] = [
  { title: "three swaps meet a mergeout", fault: "mergeout:3", code: 0, standing: "new" },
  {
    title: "four swaps meet a mergeout",
    fault: "mergeout:4",
    code: 75,
    standing: "old",
    says:
      /Blocked by a lock on Vertica at \S+: .*mergeout.*\n {2}Another session changes the same tables/,
  },
  {
    title: "a swap waits too long for a lock",
    fault: "error:/SWAP_PARTITIONS/:55V03",
    code: 0,
    standing: "new",
  },
  {
    title: "four swaps wait too long for a lock",
    fault: "error:/SWAP_PARTITIONS/:55V03*4",
    code: 75,
    standing: "old",
    says:
      /Blocked by a lock on Vertica at \S+: .*\n {2}Another session holds the lock .*: run again when/,
  },
  {
    title: "another load holds the lock of the dataset",
    fault: "error:/LOCK TABLE/:55V03",
    code: 75,
    standing: "old",
    says: /Another load of transactions is running\n {2}Try again when it is done/,
  },
  {
    title: "the server's disk is full in COPY",
    fault: "disk-full:d",
    code: 1,
    standing: "old",
    says:
      /Failed on Vertica at \S+: .*\n {2}A node's disk is full .*: make room there, then run again/,
  },
  {
    title: "the server's disk is full at the swap",
    fault: "disk-full:/SWAP_PARTITIONS/",
    code: 1,
    standing: "old",
    says:
      /Failed on Vertica at \S+: .*\n {2}A node's disk is full .*: make room there, then run again/,
  },
  {
    title: "the server shuts down at the swap",
    fault: "error:/SWAP_PARTITIONS/:57V01",
    code: 69,
    standing: "old",
    says: /Cannot reach Vertica at \S+: .*\n {2}The server is shutting down/,
  },
  {
    title: "the server shuts down at the swap's record",
    fault: "error:/INSERT INTO \\S+\\.load_undo/:57V01",
    code: 69,
    standing: "new",
    says: /Cannot reach Vertica at \S+: .*\n {2}The server is shutting down/,
  },
];

/** Runs a cell; why it failed, or undefined where all held. */
export async function tryError(
  place: LoadPlace,
  { fault, code, standing, says = /^/ }: ErrorCell,
): Promise<string | undefined> {
  const job = JOBS.load;
  try {
    await job.prepare(place);
    await place.vertica.setFault!(fault);
    const result = await place.run([...job.args(place), "--retry-for", "0s"]);
    if (result.code !== code) return `exit code ${result.code}: ${result.stderr}`;
    if (!says.test(result.stderr)) return `it does not say why: ${result.stderr}`;
    const found = await place.standing();
    if (found !== standing) return `the ${found} day stands`;
    await job.heal(place);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
