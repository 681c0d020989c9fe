/** One cell of the load's crash matrix: a command is broken off at a message, and all is well again. */
import { WatchedProxy } from "../network/watched_proxy.ts";
import { messageCutter } from "./client_messages.ts";
import { LOAD_FAULTS, type LoadFault, type LoadFaultName } from "./faults.ts";
import { type Job, type JobName, JOBS } from "./jobs.ts";
import type { LoadPlace } from "./place.ts";
import { MessageWatch, nameOf, type OnReached, type SentMessage } from "./watch.ts";
import { type CliResult, runCli, spawnCli, type SpawnedCli } from "../cli/run_cli.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

export interface LoadCell {
  job: JobName;
  fault: LoadFaultName;
  message: SentMessage;
}

/** A cell that was run. */
export interface LoadOutcome extends LoadCell {
  /** What stood after the fault. */
  standing?: string;
  code?: number;
  /** What was said on stderr. */
  said?: string;
  /** Why it failed; undefined where all held. */
  failure?: string;
}

export interface LoadCellOptions {
  /** Every finpipe is a process of its own, and not only one that is killed. @default true */
  asProcess?: boolean;
}

/** The messages of a command that nothing breaks off, and of these the ones that may be struck. */
export async function traceJob(place: LoadPlace, name: JobName): Promise<SentMessage[]> {
  const job: Job = JOBS[name];
  await job.prepare(place);
  await job.arm?.(place);
  const watch = new MessageWatch(job.sessions);
  await using proxy = proxyTo(place, watch);
  const { code, stderr } = await runCli(job.args(place), { env: throughProxy(place, proxy) });
  if (code !== 0) throw new Error(`${job.title}: exit code ${code}: ${stderr}`);
  await job.heal(place, await job.standing(place));
  const { messages } = watch;
  const first = job.from === undefined ? 0 : indexOf(messages, job.from);
  const last = job.to === undefined ? messages.length - 1 : indexOf(messages, job.to);
  return messages.slice(first, last + 1);
}

/** @throws Error where there is no message of these words */
export function indexOf(messages: readonly SentMessage[], words: string): number {
  const index = messages.findIndex((message) => message.words === words);
  if (index < 0) throw new Error(`There is no message "${words}"`);
  return index;
}

/** Runs a cell; a failure of whatever kind is an outcome. */
export async function tryLoadCell(
  place: LoadPlace,
  cell: LoadCell,
  options: LoadCellOptions = {},
): Promise<LoadOutcome> {
  const outcome: LoadOutcome = { ...cell };
  try {
    await runCell(place, outcome, options);
  } catch (error) {
    outcome.failure = messageOf(error);
  }
  return outcome;
}

/** @throws Error where something does not hold; what was found until then is in the outcome */
async function runCell(
  place: LoadPlace,
  outcome: LoadOutcome,
  { asProcess = true }: LoadCellOptions,
): Promise<void> {
  const job: Job = JOBS[outcome.job];
  const fault: LoadFault = LOAD_FAULTS[outcome.fault];
  await job.prepare(place);
  await job.arm?.(place);
  const struck = await strike(place, outcome, asProcess);
  outcome.code = struck.result.code;
  outcome.said = struck.result.stderr;
  await place.untilAlone();
  const after = await job.standing(place);
  outcome.standing = struck.standing ?? after;
  assertExit(struck.result, fault, after === job.done);
  await job.heal(place, after);
}

/** Runs the command, and lets the fault strike. */
async function strike(
  place: LoadPlace,
  { job: jobName, fault: faultName, message }: LoadCell,
  asProcess: boolean,
): Promise<{ result: CliResult; standing: string | undefined }> {
  const job: Job = JOBS[jobName];
  const fault: LoadFault = LOAD_FAULTS[faultName];
  let finpipe: SpawnedCli | undefined;
  let struck: Promise<string | void> | undefined;
  const onReached: OnReached = async (passage, cutAnswer) => {
    struck = fault.strike({ place, job, passage, finpipe, cutAnswer });
    // Whoever awaits it below hears of its failure.
    await struck.catch(() => passage.cut());
  };
  const watch = new MessageWatch(job.sessions, message, onReached);
  await using proxy = proxyTo(place, watch);
  const args = [...job.args(place), "--retry-for", fault.retryFor];
  const env = throughProxy(place, proxy);
  if (asProcess || fault.needsProcess) finpipe = spawnCli(args, { env });
  const result = await (finpipe?.result ?? runCli(args, { env }));
  if (struck === undefined) {
    throw new Error(`It ended before ${nameOf(message)}: ${result.code} ${result.stderr}`);
  }
  const found = watch.messages.find((sent) => nameOf(sent) === nameOf(message))!.words;
  if (found !== message.words) {
    throw new Error(`Message ${nameOf(message)} is "${found}", not "${message.words}"`);
  }
  return { result, standing: await struck ?? undefined };
}

/** @throws Error where the exit code is not that of what happened, or stderr does not say it */
function assertExit({ code, stderr }: CliResult, { codes }: LoadFault, isDone: boolean): void {
  if (code === 0 && !isDone) throw new Error("Exit code 0, and it was not done");
  if (code !== 0 && !codes.includes(code)) throw new Error(`Exit code ${code}: ${stderr}`);
  // The cause, and in a line of its own what to do.
  const says = /^finpipe: (Cannot reach Vertica at \S+: .+|Lost the lock on .+)\n {2}\S/m;
  if (code === 69 && !says.test(stderr)) throw new Error(`It does not say why: ${stderr}`);
}

function proxyTo(place: LoadPlace, { watch }: MessageWatch): WatchedProxy {
  const proxy = new WatchedProxy(watch, messageCutter);
  const { hostname, port } = new URL(place.vertica.url);
  proxy.targetHost = hostname;
  proxy.target = Number(port);
  return proxy;
}

function throughProxy(place: LoadPlace, proxy: WatchedProxy): Record<string, string> {
  return place.env(proxy.through(place.vertica.url).href);
}
