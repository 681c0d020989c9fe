/**
 * finpipe before the judges: what a plan sends is read by librdkafka and by Java's client, landed by
 * finpipe, and each of the three is held against the ledger of what was committed, by offset and byte
 * for byte.
 */
import { type LandingPlace, landingPlace } from "../topic/landing.ts";
import type { CliResult } from "../cli/run_cli.ts";
import { CLIENTS } from "./clients.ts";
import type { Court } from "./court.ts";
import { type Difference, differencesOf, Ledger, type LogEnd, type Reading } from "./ledger.ts";
import { readLanded } from "./landed.ts";
import { type Plan, type PlannedProducer, planOf, type PlanSize, type Step } from "./plan.ts";

/** What came of a seed. */
export interface Verdict {
  seed: number;
  sent: number;
  committed: number;
  aborted: number;
  landed: number;
  /** Each in words; empty where all agree. */
  differences: string[];
}

/** Every append begins a segment, and the cleaner takes all but the last one. */
const COMPACTED = {
  "cleanup.policy": "compact",
  "segment.ms": "1",
  "min.cleanable.dirty.ratio": "0.001",
  "delete.retention.ms": "0",
};

/** Sends what begins a segment after what is to be compacted. */
const CLOSING: PlannedProducer = {
  name: "closing",
  client: "Java",
  transactional: undefined,
  settings: {},
};

/** Runs the plan of a seed on a topic of its own. */
export async function tryCase(court: Court, seed: number, size: PlanSize): Promise<Verdict> {
  const plan = planOf(seed, size);
  await using place = await landingPlace(`truth ${seed}`, {
    brokers: court.kafka.brokers,
    partitions: plan.partitions,
    config: { "max.message.bytes": "40000000", ...plan.compacted ? COMPACTED : {} },
  });
  const trial = new Trial(court, place, plan);
  return await trial.run();
}

/** A line of it: `seed 4: 1830 sent, 900 committed, 930 aborted, 900 landed, 0 differences`. */
export function lineOf({ differences, ...counts }: Verdict): string {
  const { seed, ...rest } = counts;
  const words = Object.entries(rest).map(([name, count]) => `${count} ${name}`);
  return [
    `seed ${seed}: ${words.join(", ")}, ${differences.length} differences`,
    ...differences.slice(0, 5),
  ]
    .join("\n  ");
}

class Trial {
  readonly #court: Court;
  readonly #place: LandingPlace;
  readonly #plan: Plan;
  readonly #ledger: Ledger;
  readonly #differences: string[] = [];
  readonly #producers = new Set<PlannedProducer>();
  /** By partition, where compaction ended. */
  #compactedTo: number[] | undefined;
  #landed = 0;

  constructor(court: Court, place: LandingPlace, plan: Plan) {
    this.#court = court;
    this.#place = place;
    this.#plan = plan;
    this.#ledger = new Ledger(plan.partitions);
  }

  async run(): Promise<Verdict> {
    const ledger = this.#ledger;
    for (const step of this.#plan.steps) await this.#do(step);
    await this.#compare();
    // The clients serve the next seed as well, and a producer has its buffers.
    for (const producer of this.#producers) await this.#court.ask("drop", producer);
    return {
      seed: this.#plan.seed,
      sent: ledger.count(),
      committed: ledger.count("committed"),
      aborted: ledger.count("aborted"),
      landed: this.#landed,
      differences: this.#differences,
    };
  }

  async #do(step: Step): Promise<void> {
    const { topic } = this.#place.topic;
    switch (step.kind) {
      case "open":
        this.#producers.add(step.producer);
        return await this.#court.open(step.producer, topic);
      case "begin":
        this.#ledger.begin(step.producer);
        return await this.#court.ask("begin", step.producer);
      case "send":
        this.#ledger.send(step.producer, step.records);
        return await this.#court.send(step.producer, topic, step.records, this.#ledger);
      case "end": {
        const { producer, ending } = step;
        const isTold = ending === "commit" || ending === "abort";
        await this.#court.ask(isTold ? ending : "drop", producer);
        if (!isTold) this.#producers.delete(producer);
        return this.#ledger.end(producer, ending);
      }
      case "compare":
        return await this.#compare();
      case "compact":
        return await this.#compact();
    }
  }

  /** Sends a last record to each partition, which begins a segment, and has those before it compacted. */
  async #compact(): Promise<void> {
    const { topic, partitions } = this.#place.topic;
    const ledger = this.#ledger;
    await this.#court.settle(topic, partitions, ledger);
    await this.#court.open(CLOSING, topic);
    const closing = Array.from({ length: partitions }, (_, partition) => {
      const key = new TextEncoder().encode(`closing ${partition}`);
      return { id: -1 - partition, partition, key, value: key, headers: [] };
    });
    ledger.send(CLOSING, closing);
    await this.#court.send(CLOSING, topic, closing, ledger);
    await this.#court.ask("drop", CLOSING);
    const ends = await this.#court.settle(topic, partitions, ledger);
    this.#compactedTo = closing.map(({ id, partition }) =>
      Math.min(ledger.offsetOf(id), ends[partition]!.stable)
    );
    await this.#court.compact(topic, this.#compactedTo);
  }

  /** Lands what is committed now and holds all readings against the ledger. */
  async #compare(): Promise<void> {
    const { topic, partitions } = this.#place.topic;
    const ends = await this.#court.settle(topic, partitions, this.#ledger);
    const truth = this.#ledger.committed();
    const [librdkafka, java] = await Promise.all(
      CLIENTS.map((kind) => this.#court.read(kind, topic, partitions)),
    );
    // Of a compacted log the ledger knows the most and the least that may be left; Java says what is.
    const expected = this.#compactedTo === undefined ? truth : java!;
    this.#note("librdkafka", differencesOf(expected, librdkafka!));
    if (this.#compactedTo !== undefined) {
      const invented = differencesOf(truth, java!).filter(({ actual }) => actual !== undefined);
      const lost = differencesOf(this.#ledger.lasting(this.#compactedTo), java!)
        .filter(({ expected }) => expected !== undefined);
      this.#note("Java", [...invented, ...lost]);
    } else this.#note("Java", differencesOf(expected, java!));
    await this.#land(expected, ends);
  }

  async #land(expected: Reading, ends: readonly LogEnd[]): Promise<void> {
    const { code, stderr } = await this.#stream();
    if (code !== 0) this.#differences.push(`finpipe: exit code ${code}: ${stderr.trim()}`);
    const landed = await readLanded(
      this.#place,
      (words) => this.#differences.push(`finpipe: ${words}`),
    );
    this.#landed = landed.reduce((sum, { size }) => sum + size, 0);
    this.#note("finpipe", differencesOf(expected, landed));
    const positions = await this.#place.query(
      "SELECT partition, next_position FROM finpipe.source_partitions WHERE source = $1",
      [this.#place.topic.topic],
    );
    for (const { partition, next_position } of positions) {
      const { stable } = ends[Number(partition)]!;
      if (Number(next_position) === stable) continue;
      this.#differences.push(
        `finpipe: partition ${partition} is read to ${next_position}, not to ${stable}`,
      );
    }
  }

  /** `finpipe stream --until-end`, as a process of its own. */
  async #stream(): Promise<CliResult> {
    return await this.#place.spawn("--until-end", "--batch-rows", String(this.#plan.batchRows))
      .result;
  }

  #note(who: string, differences: readonly Difference[]): void {
    for (const { partition, offset, expected, actual } of differences) {
      const fate = this.#ledger.fateOf(partition, offset) ?? "never sent there";
      const what = actual === undefined ? "lacks" : expected === undefined ? "has" : "changed";
      this.#differences.push(`${who} ${what} partition ${partition}, offset ${offset}: ${fate}`);
    }
  }
}
