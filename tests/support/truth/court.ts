/** A broker, the clients that send to it and read from it, and how a plan is carried out on them. */
import { join } from "node:path";
import { withAdmin } from "../kafka/topics.ts";
import { defaultKafka, missingForKafka } from "../kafka/jars.ts";
import { type KafkaServer, startKafka } from "../kafka/server.ts";
import { POSTGRES_MISSING } from "../postgres/database.ts";
import { until } from "../until.ts";
import {
  type Client,
  type ClientKind,
  CLIENTS,
  missingForClients,
  startClient,
} from "./clients.ts";
import { emptyReading, type Ledger, type LogEnd, type Reading } from "./ledger.ts";
import type { PlannedProducer } from "./plan.ts";
import type { Sent } from "./records.ts";

/** What the broker does soon that it would do in its own good time otherwise. */
const SOON = {
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
  "log.cleaner.backoff.ms": "100",
  "message.max.bytes": "40000000",
  "replica.fetch.max.bytes": "40000000",
};

/** Why there can be no court here; undefined where nothing speaks against it. */
export async function missingForCourt(): Promise<string | undefined> {
  return await missingForKafka(defaultKafka()) ?? POSTGRES_MISSING ?? await missingForClients();
}

/** Starts a broker and a client of each kind; disposing of it ends them all. */
export async function openCourt(): Promise<Court> {
  await using scope = new AsyncDisposableStack();
  const [kafka, ...clients] = await Promise.all([
    startKafka({ properties: SOON }),
    ...CLIENTS.map(startClient),
  ]);
  scope.use(kafka);
  for (const client of clients) scope.use(client);
  return new Court(kafka, clients, scope.move());
}

export class Court implements AsyncDisposable {
  readonly #clients: ReadonlyMap<ClientKind, Client>;
  readonly #scope: AsyncDisposableStack;

  constructor(
    readonly kafka: KafkaServer,
    clients: readonly Client[],
    scope: AsyncDisposableStack,
  ) {
    this.#clients = new Map(clients.map((client) => [client.kind, client]));
    this.#scope = scope;
  }

  /** Starts a producer, which ends what one of the same transactional id has left open. */
  async open({ name, client, transactional, settings }: PlannedProducer, topic: string) {
    const all = {
      "bootstrap.servers": this.kafka.brokers,
      ...settings,
      ...(transactional === undefined ? {} : { "transactional.id": `${topic}-${transactional}` }),
    };
    const words = Object.entries(all).map(([key, value]) => `${key}=${value}`);
    await this.#of(client).ask("open", name, ...words);
  }

  /** Begins, commits or aborts a transaction, or ends the producer with what it has open. */
  async ask(what: "begin" | "commit" | "abort" | "drop", { name, client }: PlannedProducer) {
    await this.#of(client).ask(what, name);
  }

  /** Sends records and waits until the broker has them; tells the ledger where they lie. */
  async send(
    { name, client }: PlannedProducer,
    topic: string,
    records: readonly Sent[],
    ledger: Ledger,
  ): Promise<void> {
    const lines = records.map(({ id, partition, key, value, headers }) => {
      const pairs = headers.map(([header, bytes]) => `${header}:${wordOf(bytes)}`).join(",");
      return ["send", name, id, topic, partition, wordOf(key), wordOf(value), pairs].join("\t");
    });
    if (lines.length > 0) await this.#of(client).tell(lines.join("\n"));
    for (const [, id, offset] of await this.#of(client).ask("flush", name)) {
      ledger.lies(Number(id), Number(offset));
    }
  }

  /** Reads all that was committed, as the client understands it. */
  async read(kind: ClientKind, topic: string, partitions: number): Promise<Reading> {
    const reading = emptyReading(partitions);
    const lines = await this.#of(kind).ask("read", this.kafka.brokers, topic, String(partitions));
    for (const [, partition, offset, digest] of lines) {
      reading[Number(partition)]!.set(Number(offset), digest!);
    }
    return reading;
  }

  /** Waits until the log ends as the ledger says; the ends. */
  async settle(topic: string, partitions: number, ledger: Ledger): Promise<LogEnd[]> {
    let ends: LogEnd[] = [];
    await until(async () => {
      const lines = await this.#of("Java")
        .ask("ends", this.kafka.brokers, topic, String(partitions));
      ends = lines.map(([, , stable, high]) => ({ stable: Number(stable), high: Number(high) }));
      return ledger.isSettled(ends);
    });
    return ends;
  }

  /**
   * Waits until a topic is compacted, and lets nothing of it go from then on.
   *
   * @param to by partition, the first offset that is left alone
   */
  async compact(topic: string, to: readonly number[]): Promise<void> {
    const bounds = await Promise.all(
      to.map((offset, partition) => this.#segmentOf(topic, partition, offset)),
    );
    await until(async () => {
      const cleaned = await this.#cleaned(topic);
      return bounds.every((offset, partition) => (cleaned.get(partition) ?? 0) >= offset);
    });
    await withAdmin(this.kafka.brokers, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{
          type: 2,
          name: topic,
          configEntries: [
            { name: "cleanup.policy", value: "delete" },
            { name: "retention.ms", value: "-1" },
          ],
        }],
      }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  #of(kind: ClientKind): Client {
    return this.#clients.get(kind)!;
  }

  /** Where the segment begins that holds an offset; it is not compacted if the offset is left alone. */
  async #segmentOf(topic: string, partition: number, offset: number): Promise<number> {
    const folder = join(this.kafka.dataFolder, `${topic}-${partition}`);
    const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const starts = files.filter((name) => name.endsWith(".log")).map((name) => parseInt(name));
    return Math.max(...starts.filter((start) => start <= offset));
  }

  /** By partition, up to which offset the cleaner has come: its own file, TOPIC PARTITION OFFSET a line. */
  async #cleaned(topic: string): Promise<Map<number, number>> {
    const file = join(this.kafka.dataFolder, "cleaner-offset-checkpoint");
    const text = await Deno.readTextFile(file).catch(() => "");
    const lines = text.split("\n").map((line) => line.split(" "));
    return new Map(
      lines.filter(([name]) => name === topic)
        .map(([, partition, offset]) => [Number(partition), Number(offset)]),
    );
  }
}

function wordOf(bytes: Uint8Array | null): string {
  return bytes?.toBase64() ?? "-";
}
