/** Where each partition of a topic is read from (contract, section 2; cli.md, `--from`). */
import { FinpipeError } from "../../../runtime/errors.ts";
import type { Logger } from "../../../runtime/log.ts";
import {
  type From,
  type LogRange,
  lostRangeError,
  lostRangeOf,
} from "../../../sources/kafka/start_offsets.ts";
import type { SourcePartition } from "../../../staging/repository.ts";
import type { SteadyStaging } from "../steady_staging.ts";

/** What is asked of Kafka here. */
export interface TopicLog {
  ranges(): Promise<LogRange[] | undefined>;
  offsetsAt(epochMilliseconds: number): Promise<Map<number, number>>;
}

export interface StartContext {
  topic: string;
  from: From | undefined;
  staging: SteadyStaging;
  log: Logger;
}

/**
 * Gives each partition of a topic that was never read its start, all of them at once: one that
 * appears later begins at its earliest, whatever `--from` says.
 *
 * @throws FinpipeError of kind `usage` where `--from` names a partition that the topic has not
 */
export async function placeTopic(
  { topic, from, staging, log }: StartContext,
  admin: TopicLog,
  ranges: readonly LogRange[],
): Promise<void> {
  const known = await staging.run((session) => session.topics.list(topic));
  if (from?.kind === "offsets") refuseUnknown(from.offsets, ranges, topic);
  if (known.length > 0) {
    if (from !== undefined && from.kind !== "offsets") {
      log.info(`Ignored --from: topic ${topic} has positions already, and they are gone on from`);
    }
    return;
  }
  const starts = await startsOf(from ?? { kind: "earliest" }, admin, ranges);
  await staging.run((session) => session.topics.add(topic, starts));
  const where = from === undefined ? "its earliest offsets" : "the offsets that --from says";
  log.info(`Topic ${topic} was never read: beginning at ${where}`);
}

/**
 * The position that a partition is read on from.
 *
 * @throws FinpipeError of kind `data` where what comes next is gone and `--from` names no offset to
 * go on at
 */
export async function positionOf(
  { topic, from, staging, log }: StartContext,
  range: LogRange,
): Promise<SourcePartition> {
  const stored = await storedPosition(topic, range, staging);
  const lost = lostRangeOf(stored.nextPosition, range);
  if (lost === undefined) return stored;
  const offset = from?.kind === "offsets" ? from.offsets.get(range.partition) : undefined;
  if (offset === undefined) throw lostRangeError(topic, [lost]);
  if (lostRangeOf(offset, range) !== undefined) {
    throw new FinpipeError(
      "usage",
      `Cannot go on at ${range.partition}:${offset}: topic ${topic} has the offsets ` +
        `${range.low} to ${range.high} there`,
      { hint: `Go on with --from ${range.partition}:${range.low}` },
    );
  }
  log.warn(
    `Went on after a lost range of topic ${topic}, which is recorded in finpipe.lost_ranges`,
    {
      partition: range.partition,
      lost_from: lost.from,
      lost_to: lost.to,
      position: offset,
    },
  );
  await staging.run((session) => session.topics.goOn(stored, lost, offset));
  return await storedPosition(topic, range, staging);
}

/** The stored position; a partition that has none is new, and begins at its earliest. */
async function storedPosition(
  topic: string,
  { partition, low }: LogRange,
  staging: SteadyStaging,
): Promise<SourcePartition> {
  return await staging.run(async ({ topics }) => {
    const find = async () => (await topics.list(topic)).find((one) => one.partition === partition);
    const stored = await find();
    if (stored !== undefined) return stored;
    await topics.add(topic, new Map([[partition, low]]));
    return (await find())!;
  });
}

async function startsOf(
  from: From,
  admin: TopicLog,
  ranges: readonly LogRange[],
): Promise<Map<number, number>> {
  const at = from.kind === "timestamp" ? await admin.offsetsAt(from.epochMilliseconds) : undefined;
  return new Map(ranges.map(({ partition, low, high }) => {
    switch (from.kind) {
      case "earliest":
        return [partition, low];
      case "latest":
        return [partition, high];
      case "timestamp":
        return [partition, at?.get(partition) ?? high];
      case "offsets":
        return [partition, from.offsets.get(partition) ?? low];
    }
  }));
}

function refuseUnknown(
  offsets: ReadonlyMap<number, number>,
  ranges: readonly LogRange[],
  topic: string,
): void {
  for (const partition of offsets.keys()) {
    if (ranges.some((range) => range.partition === partition)) continue;
    throw new FinpipeError(
      "usage",
      `Cannot use --from: topic ${topic} has no partition ${partition}`,
      {
        hint: `Its partitions are 0 to ${ranges.length - 1}`,
      },
    );
  }
}
