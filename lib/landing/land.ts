/** Landing a file or stdin in staging, each message exactly once (contract, section 2). */
import { FinpipeError } from "../runtime/errors.ts";
import type { FilePosition } from "../sources/jsonl.ts";
import { openFileSource, realPathOf, stdinSource } from "../sources/jsonl.ts";
import type { BatchLimits } from "../sources/source.ts";
import type { SourcePartition } from "../staging/landing.ts";
import type { StagingRepository } from "../staging/repository.ts";
import { StagingSessions } from "../staging/sessions.ts";
import { type LandingContext, PartitionLander, type Totals } from "./partition_lander.ts";
import { type RetryingOptions, RetryingStaging } from "./retrying_staging.ts";

export interface LandOptions {
  limits: BatchLimits;
  /** Milliseconds between the greatest sent time and the watermark. */
  watermark: number;
}

/** What landing a file or stdin needs; `connect` opens a session of staging, one try. */
export interface LandContext extends Omit<LandingContext, "staging">, RetryingOptions {
  connect(): Promise<StagingRepository>;
  /** Called once, when a file is open, with what tells how far it was read. */
  onSource?: (unlanded: () => { bytes: { read: number; of: number } }) => void;
}

/**
 * Lands a JSONL file from where it was left, up to its end.
 *
 * @throws FinpipeError of kind `locked` where another process lands the same file; `failed` where it
 * cannot be read to its end, after what was read was landed
 */
export async function landFile(
  context: LandContext,
  path: string,
  { limits, watermark }: LandOptions,
): Promise<Totals> {
  const { log, signal } = context;
  const realPath = await realPathOf(path);
  // The lock belongs to the session, so a session that replaces it must take the lock as well.
  await using sessions = new StagingSessions(async () => {
    await using opened = new AsyncDisposableStack();
    const session = opened.use(await context.connect());
    await session.landing.lockSource(realPath);
    opened.move();
    return session;
  });
  const staging = new RetryingStaging(sessions, context);
  const latest = await staging.run(({ landing }) => landing.latestPartition(realPath));
  await using source = await openFileSource(realPath, storedPosition(latest), signal);
  if (source.replaced) {
    log.warn("This path now holds a different file: reading it from its start", {
      path: realPath,
    });
  } else if (source.start > 0) {
    log.info("Continuing where the last run stopped", { path: realPath, position: source.start });
  }
  context.onSource?.(() => ({ bytes: source.progress }));
  const partition = latest === undefined || source.replaced
    ? await staging.run(({ landing }) => landing.addPartition("file", realPath))
    : latest;
  const lander = await PartitionLander.open({ ...context, staging }, partition, watermark);
  await lander.land(source, limits);
  return lander.totals;
}

/** Lands stdin to its end. It has no position: read twice, it is landed twice. */
export async function landStdin(
  context: LandContext,
  stdin: ReadableStream<Uint8Array>,
  { limits, watermark }: LandOptions,
): Promise<Totals> {
  await using sessions = new StagingSessions(context.connect);
  const staging = new RetryingStaging(sessions, context);
  const partition = await staging.run(({ landing }) => landing.addPartition("stdin", "stdin"));
  const lander = await PartitionLander.open({ ...context, staging }, partition, watermark);
  await lander.land(stdinSource(stdin), limits);
  return lander.totals;
}

function storedPosition(partition: SourcePartition | undefined): FilePosition | undefined {
  if (partition === undefined || partition.nextPosition === 0) return undefined;
  const { nextPosition, digest, source } = partition;
  if (digest !== null) return { position: nextPosition, digest };
  throw new FinpipeError("failed", `The stored position of ${source} has no sha256 beside it`);
}
