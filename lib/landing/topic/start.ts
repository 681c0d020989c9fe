/** Where each partition of a topic is read from (contract, section 2; docs/cli.md, `--from`). */
import { FinpipeError } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import type { CorruptBatch } from "../../sources/topic/corrupt_batch.ts";
import type { From } from "../../sources/topic/from.ts";
import {
  corruptBatchError,
  type LostRange,
  lostRangeError,
  lostRangeOf,
  type OffsetRange,
} from "../../sources/topic/offset_range.ts";
import type { TopicOffsets } from "../../sources/topic/topic.ts";
import { PositionMoved, type SourcePartition } from "../../staging/landing.ts";
import type { RetryingStaging } from "../retrying_staging.ts";

/** What is asked about one partition, newly each time. */
export interface PartitionLook {
  /** As it is stored; undefined where it has no position. */
  stored(): Promise<SourcePartition | undefined>;
  /** @throws FinpipeError of kind `data` where there is no such partition */
  range(): Promise<OffsetRange>;
}

export interface StartContext {
  topic: string;
  from?: From | undefined;
  staging: RetryingStaging;
  log: Logger;
}

/**
 * Gives each partition of a topic that was never read its start, all of them at once. A partition
 * that appears later begins at its earliest offset, whatever `--from` says.
 *
 * @param ranges of the topic; there are some
 * @throws FinpipeError of kind `usage` where `--from` names what the topic has not; `data` for what
 * was read before and is lost, unless `--from` says where to go on
 */
export async function placeTopic(
  context: StartContext,
  admin: TopicOffsets,
  ranges: readonly OffsetRange[],
): Promise<void> {
  const { topic, from, staging, log } = context;
  if (from?.kind === "offsets") refuseUnknown(from.offsets, ranges, topic);
  const topicId = ranges[0]?.topicId;
  const known = await staging.run((session) => session.topics.list(topic));
  if (known.length > 0) {
    const lost = await findLost(context, admin);
    const named = from?.kind === "offsets" ? [...from.offsets.keys()] : [];
    const unnamed = lost.filter(({ partition }) => !named.includes(partition));
    if (unnamed.length > 0) throw lostRangeError(topic, unnamed);
    // At once, also for partitions that other members will have: whether the end is reached is seen
    // by the positions.
    for (const { partition } of lost) {
      await positionOf(context, partition, lookAt(context, admin, partition));
    }
    const unidentified = known.filter((one) =>
      one.topicId === null && ranges.some(({ partition }) => partition === one.partition)
    );
    if (topicId !== undefined && unidentified.length > 0) {
      const ids = unidentified.map(({ id }) => id);
      await staging.run((session) => session.topics.identify(ids, topicId));
    }
    const isUsed = lost.length > 0 && lost.length === named.length;
    if (from !== undefined && !isUsed) {
      const unless = from.kind === "offsets" ? ", unless a batch there is corrupt" : "";
      log.warn(
        `Ignored --from: topic ${topic} already has positions, and finpipe continues from ` +
          `them${unless}`,
      );
    }
    return;
  }
  const starts = await startsOf(context, admin, ranges);
  await staging.run((session) => session.topics.add(topic, starts, topicId));
  const where = from === undefined ? "its earliest offsets" : "the offsets that --from names";
  log.info(`Topic ${topic} was never read before: beginning at ${where}`);
}

/**
 * The position that a partition is read on from.
 *
 * @throws FinpipeError of kind `data` where what comes next is gone and `--from` names no offset to
 * go on at
 */
export async function positionOf(
  context: StartContext,
  partition: number,
  look: PartitionLook,
): Promise<SourcePartition> {
  const { topic, from, staging, log } = context;
  const stored = await storedPosition(context, partition, look);
  // Asked after the position was read, which another process may be moving: offsets only grow.
  const range = await look.range();
  const lost = lostRangeOf(stored.nextPosition, range, stored.topicId);
  if (lost === undefined) return stored;
  // Messages that the other process has read may be deleted by now.
  if (!await isAtRest(context, stored)) return await positionOf(context, partition, look);

  const offset = from?.kind === "offsets" ? from.offsets.get(partition) : undefined;
  if (offset === undefined) throw lostRangeError(topic, [lost]);
  refuseBeyond(offset, range, topic);
  try {
    await staging.run((session) =>
      session.topics.continueAfter(stored, lost, offset, range.topicId)
    );
    log.warn(
      `Continuing after a lost range of topic ${topic}; the range is recorded in ` +
        "finpipe.lost_ranges",
      { partition, lost_from: lost.from, lost_to: lost.to, position: offset },
    );
  } catch (error) {
    // Another process got the same `--from`.
    if (!(error instanceof PositionMoved)) throw error;
  }
  return await positionOf(context, partition, look);
}

/**
 * Goes on after a corrupt batch, at the offset that `--from` names.
 *
 * @throws FinpipeError of kind `data` where it names none behind the batch's beginning
 */
export async function continueAfterCorrupt(
  context: StartContext,
  partition: number,
  batch: CorruptBatch,
  look: PartitionLook,
): Promise<void> {
  const { topic, from, staging, log } = context;
  const offset = from?.kind === "offsets" ? from.offsets.get(partition) ?? 0 : 0;
  if (offset <= batch.from) throw corruptBatchError(topic, partition, batch);
  refuseBeyond(offset, await look.range(), topic);
  const stored = await storedPosition(context, partition, look);
  // Otherwise another process has moved the position, and has met the corrupt batch, too.
  if (stored.nextPosition !== batch.from) return;
  const lost = { cause: "corrupt", from: batch.from, to: offset };
  await staging.run((session) => session.topics.continueAfter(stored, lost, offset, undefined));
  log.warn(
    `Continuing after a corrupt batch of topic ${topic}; its offsets are recorded in ` +
      "finpipe.lost_ranges",
    { partition, lost_from: lost.from, lost_to: lost.to, reason: batch.reason },
  );
}

/**
 * The offsets that a partition of the topic has.
 *
 * @param ranges of the topic; undefined where it does not exist
 * @throws FinpipeError of kind `data` where there is no such partition
 */
export function rangeIn(
  ranges: readonly OffsetRange[] | undefined,
  topic: string,
  partition: number,
): OffsetRange {
  const range = ranges?.find((one) => one.partition === partition);
  if (range !== undefined) return range;
  throw new FinpipeError("data", `Topic ${topic} no longer has partition ${partition}`, {
    hint: "Check what happened to the topic. If you meant another one, name it with --topic",
  });
}

function lookAt(
  { topic, staging }: StartContext,
  topicOffsets: Pick<TopicOffsets, "ranges">,
  partition: number,
): PartitionLook {
  return {
    async stored() {
      const known = await staging.run(({ topics }) => topics.list(topic));
      return known.find((one) => one.partition === partition);
    },
    range: async () => rangeIn(await topicOffsets.ranges(), topic, partition),
  };
}

/** The stored position; a partition that has none is new, and begins at its earliest. */
async function storedPosition(
  { topic, staging }: StartContext,
  partition: number,
  look: PartitionLook,
): Promise<SourcePartition> {
  const stored = await look.stored();
  if (stored !== undefined) return stored;
  const { low, topicId } = await look.range();
  await staging.run(({ topics }) => topics.add(topic, new Map([[partition, low]]), topicId));
  return (await look.stored())!;
}

/**
 * Whether a position is still the stored one, once no transaction is moving it: messages that
 * another process is landing just now are not lost.
 */
async function isAtRest(
  { staging, topic }: StartContext,
  stored: SourcePartition,
): Promise<boolean> {
  return await staging.run(async (session) => {
    if (await session.landing.nextPosition(stored) !== stored.nextPosition) return false;
    const known = await session.topics.list(topic);
    return known.find(({ id }) => id === stored.id)?.topicId === stored.topicId;
  });
}

/** What is lost of the partitions that have a position, of all of them at once. */
async function findLost(context: StartContext, admin: TopicOffsets): Promise<LostRange[]> {
  const { topic, staging } = context;
  const before = await staging.run(({ topics }) => topics.list(topic));
  const ranges = await admin.ranges() ?? [];
  const found: LostRange[] = [];
  for (const stored of before) {
    const range = ranges.find(({ partition }) => partition === stored.partition);
    const lost = range && lostRangeOf(stored.nextPosition, range, stored.topicId);
    // If a position moves in the meantime, another process moves it, and sees for itself what is
    // lost.
    if (lost !== undefined && await isAtRest(context, stored)) found.push(lost);
  }
  return found;
}

async function startsOf(
  { topic, from = { kind: "earliest" } }: StartContext,
  admin: TopicOffsets,
  ranges: readonly OffsetRange[],
): Promise<Map<number, number>> {
  const at = from.kind === "timestamp" ? await admin.offsetsAt(from.epochMilliseconds) : undefined;
  return new Map(ranges.map((range) => {
    const { partition, low, high } = range;
    switch (from.kind) {
      case "earliest":
        return [partition, low];
      case "latest":
        return [partition, high];
      case "timestamp":
        return [partition, at?.get(partition) ?? high];
      case "offsets": {
        const offset = from.offsets.get(partition) ?? low;
        refuseBeyond(offset, range, topic);
        return [partition, offset];
      }
    }
  }));
}

function refuseBeyond(offset: number, range: OffsetRange, topic: string): void {
  if (lostRangeOf(offset, range) === undefined) return;
  const { partition, low, high } = range;
  throw new FinpipeError(
    "usage",
    `Cannot use --from ${partition}:${offset}: topic ${topic} has the offsets ${low} to ${high} there`,
    { hint: `Name one of them, as in --from ${partition}:${low}` },
  );
}

function refuseUnknown(
  offsets: ReadonlyMap<number, number>,
  ranges: readonly OffsetRange[],
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
