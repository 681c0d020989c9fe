/** What a resident stream tells Prometheus (docs/operations.md, "Watching"). */
import {
  CONTENT_TYPE,
  Counter,
  exposition,
  Histogram,
  type Labels,
  type Metric,
  type Sample,
} from "./exposition.ts";

/** What a commit added, for the counters. */
export interface MeasuredCommit {
  transactions: number;
  currencies: number;
  duplicates: number;
  /** Rejected messages by reason. */
  rejected: ReadonlyMap<string, number>;
  /** From the first try to write the batch to its commit. */
  seconds: number;
}

/** What is known about a partition at a scrape. */
export interface MeasuredPartition {
  topic: string;
  partition: number;
  /** Messages that have not landed yet; undefined before the end of the partition is known. */
  lag?: number | undefined;
  /** Seconds until the oldest unread message is deleted; undefined where nobody knows. */
  retentionLeft?: number | undefined;
  /** When it was committed last; undefined before the first commit of this run. */
  lastCommit?: Temporal.Instant | undefined;
  /** Versions that its window remembers; undefined while that is rebuilt. */
  windowVersions?: number | undefined;
  /** Messages behind an open transaction; undefined before the end of the partition is known. */
  heldBack?: number | undefined;
  /**
   * For how long messages have waited without a commit, 0 if none do; what they wait for, and who
   * holds it.
   */
  blocked: { seconds: number; waitsFor: string; holder: string };
}

/** What is known about Kafka at a scrape; undefined before finpipe first asked it. */
export interface MeasuredKafka {
  /** Whether it answered when it was last asked. */
  kafkaUp?: boolean | undefined;
  /** When the ends of the partitions that it last told were asked for. */
  lagKnownAt?: Temporal.Instant | undefined;
}

/** Upper bounds in seconds: a batch on loopback, over a slow network, and through an outage. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class StreamMetrics {
  /** The media type of {@link text}. */
  readonly contentType = CONTENT_TYPE;
  readonly #read = new Counter("finpipe_messages_read_total", "Messages read and committed");
  readonly #landed = new Counter(
    "finpipe_messages_landed_total",
    "Messages landed",
    "dataset",
    ["transactions", "currencies"],
  );
  readonly #rejected: Counter;
  readonly #duplicates = new Counter(
    "finpipe_messages_duplicate_total",
    "Messages dropped as duplicates",
  );
  readonly #batches = new Counter("finpipe_batches_total", "Batches committed");
  readonly #duration = new Histogram(
    "finpipe_batch_duration_seconds",
    "Time to write a batch, including retries",
    BUCKETS,
  );
  readonly #gauges: readonly Metric[];

  /**
   * @param reasons all that a message can be rejected for, so that each counter begins at 0
   * @param partitions asked at each scrape
   * @param kafka likewise
   */
  constructor(
    reasons: readonly string[],
    partitions: () => Iterable<MeasuredPartition>,
    kafka: () => MeasuredKafka,
  ) {
    this.#rejected = new Counter(
      "finpipe_messages_rejected_total",
      "Messages rejected",
      "reason",
      reasons,
    );
    this.#gauges = [
      ...GAUGES.map(({ name, help, valueOf, labelsOf }) => ({
        name,
        help,
        type: "gauge" as const,
        samples: () => samplesOf(partitions(), valueOf, labelsOf),
      })),
      ...KAFKA_GAUGES.map(({ name, help, valueOf }) => ({
        name,
        help,
        type: "gauge" as const,
        samples: () => valuesOf(valueOf(kafka())),
      })),
    ];
  }

  count({ transactions, currencies, duplicates, rejected, seconds }: MeasuredCommit): void {
    let read = transactions + currencies + duplicates;
    for (const [reason, count] of rejected) {
      this.#rejected.add(count, reason);
      read += count;
    }
    this.#read.add(read);
    this.#landed.add(transactions, "transactions");
    this.#landed.add(currencies, "currencies");
    this.#duplicates.add(duplicates);
    this.#batches.add(1);
    this.#duration.observe(seconds);
  }

  /** In Prometheus' text format. */
  text(): string {
    return exposition([
      this.#read,
      this.#landed,
      this.#rejected,
      this.#duplicates,
      this.#batches,
      this.#duration,
      ...this.#gauges,
    ]);
  }
}

type ValueOf<T> = (of: T) => number | undefined;

interface Gauge<T> {
  name: string;
  help: string;
  valueOf: ValueOf<T>;
  /** Labels beside topic and partition. */
  labelsOf?: (of: T) => Labels;
}

/** Asked at each scrape, so that a partition that is gone is gone from the metrics, too. */
const GAUGES: readonly Gauge<MeasuredPartition>[] = [
  {
    name: "finpipe_lag_messages",
    help: "Messages in the topic that have not landed yet",
    valueOf: ({ lag }) => lag,
  },
  {
    name: "finpipe_retention_left_seconds",
    help: "Time until the oldest unread message is deleted",
    valueOf: ({ retentionLeft }) => retentionLeft,
  },
  {
    name: "finpipe_last_commit_timestamp_seconds",
    help: "Time of the partition's last commit",
    valueOf: ({ lastCommit }) => lastCommit && lastCommit.epochMilliseconds / 1000,
  },
  {
    name: "finpipe_window_versions",
    help: "Versions that the window remembers",
    valueOf: ({ windowVersions }) => windowVersions,
  },
  {
    name: "finpipe_held_back_messages",
    help: "Messages behind an open transaction, not readable yet",
    valueOf: ({ heldBack }) => heldBack,
  },
  {
    name: "finpipe_blocked_seconds",
    help: "How long messages have been waiting without a commit",
    valueOf: ({ blocked }) => blocked.seconds,
    labelsOf: ({ blocked: { waitsFor, holder } }) => ({ waits_for: waitsFor, holder }),
  },
];

/** Asked at each scrape. */
const KAFKA_GAUGES: readonly Gauge<MeasuredKafka>[] = [
  {
    name: "finpipe_kafka_up",
    help: "1 if Kafka answered when last asked for the ends of the partitions, else 0",
    valueOf: ({ kafkaUp }) => kafkaUp === undefined ? undefined : Number(kafkaUp),
  },
  {
    name: "finpipe_lag_known_timestamp_seconds",
    help: "Time when the ends of the partitions were last known",
    valueOf: ({ lagKnownAt }) => lagKnownAt && lagKnownAt.epochMilliseconds / 1000,
  },
];

function* samplesOf(
  partitions: Iterable<MeasuredPartition>,
  valueOf: ValueOf<MeasuredPartition>,
  labelsOf: Gauge<MeasuredPartition>["labelsOf"],
): Generator<Sample> {
  for (const one of partitions) {
    const value = valueOf(one);
    if (value === undefined) continue;
    yield { labels: { topic: one.topic, partition: one.partition, ...labelsOf?.(one) }, value };
  }
}

function* valuesOf(value: number | undefined): Generator<Sample> {
  if (value !== undefined) yield { value };
}
