/**
 * What is sent to a topic, by whom, and in which order: all of it by a seed. Several producers have
 * transactions that overlap; each of them ends committed, aborted, fenced by its successor, or given up
 * until the broker aborts it.
 */
import { type Random, randomOf } from "../../../lib/events/random.ts";
import { type ClientKind, CLIENTS } from "./clients.ts";
import { RecordMaker, type Sent } from "./records.ts";

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** A producer, or with another name the one that takes its place. */
export interface PlannedProducer {
  name: string;
  client: ClientKind;
  /** Has transactions under this name. */
  transactional: string | undefined;
  /** Settings that both clients know. */
  settings: Record<string, string>;
}

/** How a transaction ends. */
export type Ending = "commit" | "abort" | "fence" | "give up";

export type Step =
  | { kind: "open" | "begin"; producer: PlannedProducer }
  | { kind: "send"; producer: PlannedProducer; records: Sent[] }
  | { kind: "end"; producer: PlannedProducer; ending: Ending }
  /** All that is committed now is landed and compared, while other transactions are open. */
  | { kind: "compare" }
  /** What is committed now is compacted, while other transactions are open; what comes later is not. */
  | { kind: "compact" };

export interface Plan {
  seed: number;
  partitions: number;
  /** Of the first half the topic keeps the last record of each key. */
  compacted: boolean;
  /** As `--batch-rows`. */
  batchRows: number;
  steps: Step[];
}

/** How much there is of it. */
export interface PlanSize {
  /** Sendings, each with its own number of records. */
  sendings: number;
  /** Records that are sent at once, at most. */
  most: number;
  /** Bytes of the largest values. */
  large: number;
}

/** Milliseconds until the broker aborts the transaction of one that is not heard of again. */
const GIVEN_UP_AFTER = "2000";

/** Makes the plan of a seed; where the seed is odd the topic is compacted. */
export function planOf(seed: number, size: PlanSize): Plan {
  return new Planner(seed, size).plan();
}

class Planner {
  readonly #random: Random;
  readonly #plan: Plan;
  readonly #size: PlanSize;
  readonly #maker: RecordMaker;
  readonly #producers: PlannedProducer[] = [];
  /** What each open transaction has sent. */
  readonly #open = new Map<PlannedProducer, Sent[]>();
  #names = 0;

  constructor(seed: number, size: PlanSize) {
    const random = randomOf(seed, 0, 0);
    const partitions = random.between(1, 3);
    const compacted = seed % 2 === 1;
    // Not below: a transaction in the database for every few of many messages takes for ever.
    const batchRows = random.pick([Math.ceil(size.most / 300), 1000, 10_000]);
    this.#random = random;
    this.#size = size;
    this.#plan = { seed, partitions, compacted, batchRows, steps: [] };
    this.#maker = new RecordMaker(random, { partitions, compacted, large: size.large });
  }

  plan(): Plan {
    const { steps, compacted } = this.#plan;
    this.#openProducers();
    const middle = Math.floor(this.#size.sendings / 2);
    for (let sending = 0; sending < this.#size.sendings; sending++) {
      this.#send(this.#random.pick(this.#producers));
      if (sending === middle) steps.push({ kind: compacted ? "compact" : "compare" });
    }
    for (const producer of [...this.#open.keys()]) this.#end(producer);
    return this.#plan;
  }

  /** Each codec by one producer, with transactions by both clients, and two without. */
  #openProducers(): void {
    const clients = this.#random.chance(0.5) ? CLIENTS : CLIENTS.toReversed();
    CODECS.forEach((codec, index) => {
      const client = clients[index % 2]!;
      this.#openProducer(
        client,
        codec,
        this.#random.chance(0.8) ? `transactional-${index}` : undefined,
      );
    });
    this.#openProducer(clients[1]!, this.#random.pick(CODECS), undefined);
  }

  #openProducer(
    client: ClientKind,
    codec: string,
    transactional: string | undefined,
  ): PlannedProducer {
    const random = this.#random;
    const producer = {
      name: `producer-${this.#names++}`,
      client,
      transactional,
      settings: {
        "compression.type": codec,
        "linger.ms": random.pick(["0", "5", "1000"]),
        "batch.size": random.pick(["1000", "16384", "1000000", "8000000"]),
        // librdkafka's alone; Java's client leaves it alone.
        "batch.num.messages": random.pick(["10", "1000000"]),
        // Where the machine is slow, a plan takes its time.
        ...(transactional === undefined ? {} : { "transaction.timeout.ms": "600000" }),
        ...(transactional === undefined && random.chance(0.3)
          ? { "enable.idempotence": "false", acks: "1" }
          : {}),
      },
    };
    this.#producers.push(producer);
    this.#plan.steps.push({ kind: "open", producer });
    return producer;
  }

  #send(producer: PlannedProducer): void {
    const random = this.#random;
    if (this.#open.has(producer) && random.chance(0.5)) return this.#end(producer);
    if (producer.transactional !== undefined && random.chance(0.03)) this.#giveUp(producer);
    this.#sendRecords(producer, this.#some());
  }

  #some(): Sent[] {
    const random = this.#random;
    const { most } = this.#size;
    const upTo = random.pick([1, 1, 2, 10, 50, Math.min(300, most)]);
    return this.#maker.some(random.chance(0.04) ? most : random.between(1, upTo));
  }

  #sendRecords(producer: PlannedProducer, records: Sent[]): void {
    const { steps } = this.#plan;
    if (producer.transactional !== undefined) {
      const sent = this.#open.get(producer);
      if (sent === undefined) steps.push({ kind: "begin", producer });
      this.#open.set(producer, [...sent ?? [], ...records]);
    }
    steps.push({ kind: "send", producer, records });
  }

  /** One that is not heard of again: the broker aborts its transaction later, while others go on. */
  #giveUp(like: PlannedProducer): void {
    const name = `producer-${this.#names++}`;
    const settings = { ...like.settings, "transaction.timeout.ms": GIVEN_UP_AFTER };
    const producer = { ...like, name, transactional: name, settings };
    this.#plan.steps.push({ kind: "open", producer });
    this.#sendRecords(producer, this.#some());
    this.#open.delete(producer);
    this.#plan.steps.push({ kind: "end", producer, ending: "give up" });
  }

  #end(producer: PlannedProducer): void {
    const random = this.#random;
    const sent = this.#open.get(producer)!;
    this.#open.delete(producer);
    const ending = random.pick(["commit", "commit", "commit", "abort", "abort", "fence"] as const);
    if (ending === "fence") return this.#fence(producer);
    this.#plan.steps.push({ kind: "end", producer, ending });
    if (ending === "commit" || random.chance(0.7)) return;
    this.#sendRecords(producer, this.#maker.again(sent));
    this.#end(producer);
  }

  /** The next one of the same transactional id, of either client, ends what this one left open. */
  #fence(producer: PlannedProducer): void {
    const client = this.#random.pick(CLIENTS);
    const successor = { ...producer, client, name: `producer-${this.#names++}` };
    this.#producers[this.#producers.indexOf(producer)] = successor;
    this.#plan.steps.push({ kind: "open", producer: successor });
    this.#plan.steps.push({ kind: "end", producer, ending: "fence" });
  }
}
