/** Checks of a topic: whether it exists, can be landed, and has partitions that nobody reads. */
import type { Settings } from "../config/settings.ts";
import { isKind } from "../runtime/errors.ts";
import type { TopicFacts } from "../sources/topic/topic.ts";
import type { ReadPartition } from "../staging/sources.ts";
import { READ_WITHIN } from "../steps/completeness.ts";
import type { Finding } from "./check.ts";

export function judgeTopic(facts: TopicFacts): Finding<TopicFacts> {
  const { topic, cluster, partitions } = facts;
  const count = partitions === 1 ? "1 partition" : `${partitions} partitions`;
  return { detail: `topic ${topic} on ${cluster} has ${count}`, value: facts };
}

/**
 * Brokers are set, so somebody wants to land a topic. Only a warning: other commands may not need
 * that.
 */
export async function judgeStream(
  readStreamSettings: () => Promise<Settings>,
): Promise<Finding<never>> {
  try {
    await readStreamSettings();
    return { detail: "the embedded engine was asked for: 'finpipe stream' lands the topic there" };
  } catch (error) {
    if (!isKind(error, "configuration")) throw error;
    const { message, hint = "Set what is missing" } = error;
    return { detail: `the topic cannot be landed: ${message}`, hint };
  }
}

/** Finds partitions that nobody reads now: with one of them, no later day can be complete. */
export function judgeSources(
  known: readonly ReadPartition[],
  { topic, partitions }: TopicFacts,
  now: Temporal.Instant,
): Finding<never> {
  const since = now.toZonedDateTimeISO("UTC").toPlainDateTime().subtract({ hours: READ_WITHIN });
  const isRead = (part: ReadPartition) => Temporal.PlainDateTime.compare(part.readAt, since) >= 0;
  const gone = known.filter((part) => part.topic === topic && part.partition >= partitions)
    .map(({ partition }) => `${topic}:${partition}`);
  // Another topic is named as a whole, and only if none of its partitions is read.
  const others = Map.groupBy(known.filter((part) => part.topic !== topic), ({ topic }) => topic);
  const left = [...others].filter(([, parts]) => !parts.some(isRead)).map(([name]) => name);
  const names = [...gone, ...left].join(" ");
  if (names === "") return { detail: "every partition is read, or retired" };
  return {
    detail: `nothing seems to read these partitions, and so days cannot be complete: ${names}`,
    hint: `If nothing will read them again, retire them: 'finpipe source retire ${names}'`,
  };
}
