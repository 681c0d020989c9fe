/** What happens to those who land a month of messages: faults of chance, one after the other. */
import assert from "node:assert/strict";
import type { Random } from "../../lib/events/random.ts";
import type { Passage } from "../support/network/watched_proxy.ts";
import type { CrashServers } from "../support/crash/servers.ts";
import type { SpawnedCli } from "../support/cli/run_cli.ts";

/** Processes that land side by side. */
const PROCESSES = 2;

/** Connections that pass a proxy now. */
export type Passages = Set<Passage>;

export interface MonthScene {
  servers: CrashServers;
  random: Random;
  /** Connections to PostgreSQL, and to Kafka. */
  passages: { postgres: Passages; kafka: Passages };
  /** Starts a `stream` in a group. */
  start(group: string): SpawnedCli;
}

/** Those who land, and what strikes them. */
export class Chaos {
  /** How often each fault has struck. */
  readonly counts: Record<string, number> = {};
  readonly #scene: MonthScene;
  #streams: SpawnedCli[] = [];
  #group = 0;

  constructor(scene: MonthScene) {
    this.#scene = scene;
    this.#startAll();
  }

  /** Lets one of the faults happen; its name. */
  async strike(): Promise<string> {
    const name = this.#scene.random.pick(Object.keys(this.#faults));
    await this.#faults[name]!();
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return name;
  }

  /** Asks all who land to stop, and waits for them. */
  async stop(): Promise<void> {
    for (const stream of this.#streams) {
      await stream.waitFor(/Assigned/);
      stream.kill("SIGTERM");
    }
    for (const stream of this.#streams) await assertExit(stream);
    this.#streams = [];
  }

  /** Kills all who land. */
  async kill(): Promise<void> {
    for (const stream of this.#streams) stream.kill("SIGKILL");
    await Promise.all(this.#streams.map(({ result }) => result));
  }

  readonly #faults: Record<string, () => Promise<void>> = {
    /** The group waits for the killed one, so those who come after it have another group. */
    "kill -9 of all streams": async () => {
      await this.kill();
      this.#startAll();
    },
    /** Nothing is landed of its partitions until the group takes it for dead. */
    "kill -9 of one stream": async () => {
      const [killed] = this.#streams.splice(this.#any(this.#streams.length), 1);
      killed!.kill("SIGKILL");
      await killed!.result;
      this.#startOne();
    },
    "SIGTERM of one stream": async () => {
      const [asked] = this.#streams.splice(this.#any(this.#streams.length), 1);
      // Before it has begun it has no ear for signals.
      await asked!.waitFor(/Assigned/);
      asked!.kill("SIGTERM");
      await assertExit(asked!);
      this.#startOne();
    },
    "PostgreSQL kill -9": async () => {
      await this.#scene.servers.postgres.kill9();
      await this.#scene.servers.postgres.start();
    },
    "PostgreSQL restart": async () => {
      await this.#scene.servers.postgres.stop("SIGINT");
      await this.#scene.servers.postgres.start();
    },
    "broker kill -9": async () => {
      await this.#scene.servers.kafka.kill9();
      await this.#scene.servers.kafka.start();
    },
    "broker restart": async () => {
      await this.#scene.servers.kafka.stop("SIGTERM");
      await this.#scene.servers.kafka.start();
    },
    "connections to PostgreSQL cut": () => this.#cut("postgres"),
    "connections to Kafka cut": () => this.#cut("kafka"),
  };

  #startAll(): void {
    this.#group++;
    this.#streams = [];
    for (let i = 0; i < PROCESSES; i++) this.#startOne();
  }

  #startOne(): void {
    this.#streams.push(this.#scene.start(`month-${this.#group}`));
  }

  /** Each connection, or not, as chance has it. */
  #cut(kind: keyof MonthScene["passages"]): Promise<void> {
    const { random, passages } = this.#scene;
    for (const passage of passages[kind]) {
      if (random.chance(0.5)) passage.cut();
      passages[kind].delete(passage);
    }
    return Promise.resolve();
  }

  #any(count: number): number {
    return this.#scene.random.between(0, count - 1);
  }
}

async function assertExit({ result }: SpawnedCli): Promise<void> {
  const { code, stderr } = await result;
  assert.equal(code, 0, `a stream ended with exit code ${code}: ${stderr.slice(-4000)}`);
}
