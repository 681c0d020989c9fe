/** A topic and those who read it: whether it is there, can be landed, and keeps no day from being complete. */
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

/** Where brokers are named somebody means to land a topic; whoever does something else is not held up. */
export async function judgeStream(
  readStreamSettings: () => Promise<Settings>,
): Promise<Finding<never>> {
  try {
    await readStreamSettings();
    return { detail: "lands the topic on the embedded engine, as was said in words" };
  } catch (error) {
    if (!isKind(error, "configuration")) throw error;
    const { message, hint = "Set what is missing" } = error;
    return { detail: `the topic cannot be landed: ${message}`, hint };
  }
}

/** Finds partitions that nobody reads any more: each keeps all later days from being complete. */
export function judgeSources(
  known: readonly ReadPartition[],
  { topic, partitions }: TopicFacts,
  now: Temporal.Instant,
): Finding<never> {
  const since = now.toZonedDateTimeISO("UTC").toPlainDateTime().subtract({ hours: READ_WITHIN });
  const isRead = (part: ReadPartition) => Temporal.PlainDateTime.compare(part.readAt, since) >= 0;
  const gone = known.filter((part) => part.topic === topic && part.partition >= partitions)
    .map(({ partition }) => `${topic}:${partition}`);
  // Another topic is named as a whole: of one that is read, each partition says so by its end.
  const others = Map.groupBy(known.filter((part) => part.topic !== topic), ({ topic }) => topic);
  const left = [...others].filter(([, parts]) => !parts.some(isRead)).map(([name]) => name);
  const names = [...gone, ...left].join(" ");
  if (names === "") return { detail: "every partition is read, or retired" };
  return {
    detail: `nobody seems to read these, and they keep days from being complete: ${names}`,
    hint: `If so, retire them: 'finpipe source retire ${names}'`,
  };
}
