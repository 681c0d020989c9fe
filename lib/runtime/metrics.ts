/**
 * What a resident stream tells Prometheus (docs/operations.md). The registry is the run's own, as a
 * run must fit inside a test beside others.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What a commit brought, for the counters. */
export interface MeasuredCommit {
  transactions: number;
  currencies: number;
  duplicates: number;
  /** Rejected messages by reason. */
  rejected: ReadonlyMap<string, number>;
  /** From the first try to write the batch to its commit. */
  seconds: number;
}

/** What is known of a partition when somebody asks. */
export interface MeasuredPartition {
  topic: string;
  partition: number;
  /** Messages that are there and not landed; undefined before the ends of the log are known. */
  lag?: number | undefined;
  /** Seconds until the oldest unread message is deleted; undefined where nobody knows. */
  retentionLeft?: number | undefined;
  /** When it was committed last; undefined before the first commit of this run. */
  lastCommit?: Temporal.Instant | undefined;
  /** Versions that its window remembers. */
  windowVersions: number;
}

/** Upper bounds in seconds: a batch on loopback, over a slow network, and through an outage. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class StreamMetrics {
  readonly #registry = new Registry();
  readonly #read = this.#counter("finpipe_messages_read_total", "Messages read and committed");
  readonly #landed = this.#counter("finpipe_messages_landed_total", "Messages landed", ["dataset"]);
  readonly #rejected = this.#counter(
    "finpipe_messages_rejected_total",
    "Messages rejected",
    ["reason"],
  );
  readonly #duplicates = this.#counter(
    "finpipe_messages_duplicate_total",
    "Messages dropped as duplicates",
  );
  readonly #batches = this.#counter("finpipe_batches_total", "Batches committed");
  readonly #duration = new Histogram({
    name: "finpipe_batch_duration_seconds",
    help: "Time to write a batch, with all tries",
    buckets: BUCKETS,
    registers: [this.#registry],
  });

  /**
   * @param reasons all that a message can be rejected for, so that each counter begins at 0
   * @param partitions asked at each scrape
   */
  constructor(reasons: readonly string[], partitions: () => Iterable<MeasuredPartition>) {
    for (const dataset of ["transactions", "currencies"]) this.#landed.inc({ dataset }, 0);
    for (const reason of reasons) this.#rejected.inc({ reason }, 0);
    this.#gauge(
      "finpipe_lag_messages",
      "Messages that are there and not landed",
      partitions,
      ({ lag }) => lag,
    );
    this.#gauge(
      "finpipe_retention_left_seconds",
      "Time until the oldest unread message is deleted",
      partitions,
      ({ retentionLeft }) => retentionLeft,
    );
    this.#gauge(
      "finpipe_last_commit_timestamp_seconds",
      "When the partition was committed last",
      partitions,
      ({ lastCommit }) => lastCommit && lastCommit.epochMilliseconds / 1000,
    );
    this.#gauge(
      "finpipe_window_versions",
      "Versions that the window remembers",
      partitions,
      ({ windowVersions }) => windowVersions,
    );
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  count({ transactions, currencies, duplicates, rejected, seconds }: MeasuredCommit): void {
    let read = transactions + currencies + duplicates;
    for (const [reason, count] of rejected) {
      this.#rejected.inc({ reason }, count);
      read += count;
    }
    this.#read.inc(read);
    this.#landed.inc({ dataset: "transactions" }, transactions);
    this.#landed.inc({ dataset: "currencies" }, currencies);
    this.#duplicates.inc(duplicates);
    this.#batches.inc();
    this.#duration.observe(seconds);
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  /** Asked at each scrape; a partition that went away goes from the gauge as well. */
  #gauge(
    name: string,
    help: string,
    partitions: () => Iterable<MeasuredPartition>,
    valueOf: (partition: MeasuredPartition) => number | undefined,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: ["topic", "partition"],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const one of partitions()) {
          const value = valueOf(one);
          if (value !== undefined) this.set({ topic: one.topic, partition: one.partition }, value);
        }
      },
    });
  }
}
