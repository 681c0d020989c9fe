/**
 * Decides whether all of a day has come from Kafka, as far as staging can know (contract, section
 * 4).
 */
import { shellQuoted } from "../runtime/command_lines.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type { KafkaProgress } from "../staging/days.ts";

export interface Completeness {
  /** True where each partition has passed the day's end; null where none is known. */
  complete: boolean | null;
  /** The partitions that have not passed the day's end. */
  behind: KafkaProgress[];
  /** Those of them that were not read for a day: perhaps nobody reads them now. */
  idle: KafkaProgress[];
}

/**
 * Judges a day. A partition has passed its end where its watermark has; or where, with the clock
 * beyond the day's end by the watermark's delay, it was read to its end: nothing more comes that
 * would move the watermark.
 *
 * @param now the clock: one that ran ahead in another process does not end a day early
 */
export function completenessOf(
  day: Temporal.PlainDate,
  partitions: readonly KafkaProgress[],
  now: Temporal.Instant,
): Completeness {
  const end = day.add({ days: 1 }).toPlainDateTime();
  const clock = now.toZonedDateTimeISO("UTC").toPlainDateTime();
  const behind = partitions.filter((partition) => !hasPassed(partition, end, clock));
  const since = clock.subtract({ hours: READ_WITHIN });
  const idle = behind.filter(({ readAt }) => isBefore(readAt, since));
  return { complete: partitions.length === 0 ? null : behind.length === 0, behind, idle };
}

/**
 * Accepts a complete day; accepts one about which nothing is known with a warning.
 *
 * @throws FinpipeError of kind `prerequisite` for a day that is not complete
 */
export function requireComplete(
  day: Temporal.PlainDate,
  { complete, behind, idle }: Completeness,
  log: Logger,
): void {
  if (complete === null) {
    log.warn(
      `Cannot tell whether ${day} is complete: staging knows of no Kafka partition that is ` +
        "being read",
    );
  } else if (!complete) {
    throw new FinpipeError("prerequisite", `${day} is not complete: ${describe(behind)}`, {
      hint: `Let ${streamsOf(behind)} read past the day's end, or leave --require-complete out. ` +
        `If nothing will read a partition again, retire it: ${retireCommand(idle)}`,
    });
  }
}

/** Warns of a day that is not complete. */
export function warnOfIncomplete(
  day: Temporal.PlainDate,
  { complete, behind }: Completeness,
  log: Logger,
): void {
  if (complete === false) log.warn(`${day} is not complete: ${describe(behind)}`);
}

function hasPassed(
  { watermark, endSeenAt, delay }: KafkaProgress,
  end: Temporal.PlainDateTime,
  clock: Temporal.PlainDateTime,
): boolean {
  if (watermark !== null && !isBefore(watermark, end)) return true;
  if (endSeenAt === null) return false;
  const seen = isBefore(clock, endSeenAt) ? clock : endSeenAt;
  return !isBefore(seen, end.add({ milliseconds: delay }));
}

function isBefore(one: Temporal.PlainDateTime, other: Temporal.PlainDateTime): boolean {
  return Temporal.PlainDateTime.compare(one, other) < 0;
}

/** Partitions that a message names. */
const NAMED = 5;

/**
 * A partition that was not read for this many hours is perhaps read by nobody; `doctor` uses this,
 * too.
 */
export const READ_WITHIN = 24;

/** Partitions that a command names. */
const MOST_TYPED = 20;

/**
 * The command to retire partitions, naming only those that are perhaps not read: retiring a topic
 * would also retire what is read. For none, or for more than anybody would type, it says how to
 * list them.
 */
function retireCommand(idle: readonly KafkaProgress[]): string {
  if (idle.length === 0 || idle.length > MOST_TYPED) {
    return "'finpipe source list' shows the partitions, 'finpipe source retire' takes topics and " +
      "partitions";
  }
  const names = idle.map(({ source, partition }) => `${source}:${partition}`);
  return `'finpipe source retire ${names.join(" ")}'`;
}

/**
 * The commands that read these topics. Each names its topic, because the default may be another
 * one.
 */
function streamsOf(behind: readonly KafkaProgress[]): string {
  const topics = [...new Set(behind.map(({ source }) => source))];
  return topics.map((topic) => `'finpipe stream --topic ${shellQuoted(topic)}'`).join(" and ");
}

function describe(behind: readonly KafkaProgress[]): string {
  const names = behind.slice(0, NAMED).map(({ source, partition }) => `${source}/${partition}`);
  const more = behind.length > NAMED ? ` and ${behind.length - NAMED} more` : "";
  const verb = behind.length === 1 ? "has" : "have";
  return `${names.join(", ")}${more} ${verb} not been read past the day's end`;
}
