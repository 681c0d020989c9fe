/** What the crash matrix lets happen at a point. */
import type { Passage } from "../network/watched_proxy.ts";
import type { CrashServers } from "./servers.ts";
import type { SpawnedCli } from "../cli/run_cli.ts";

/** What a fault may strike. */
export interface Scene {
  servers: CrashServers;
  /** The finpipe that is held at the point. */
  finpipe: SpawnedCli;
  /** The connection that is held. */
  passage: Passage;
  /** Starts another finpipe like it. */
  startAnother(): SpawnedCli;
}

export interface Fault {
  title: string;
  /** What was held goes on when this resolves; what it gives resolves when the fault is over. */
  strike(scene: Scene): Promise<{ over: Promise<void> }>;
  /** What it strikes besides the finpipe of its own cell: then no other cell may run meanwhile. */
  strikesServer: boolean;
  /** The finpipe at the point goes on by itself. */
  survives: boolean;
}

/** Milliseconds for which a stalled broker stands still. */
const STALL = 5000;

const NOTHING = { over: Promise.resolve() };

export const FAULTS = {
  "kill": {
    title: "kill -9 of finpipe",
    strikesServer: false,
    survives: false,
    async strike({ finpipe, passage }) {
      finpipe.kill("SIGKILL");
      await finpipe.result;
      passage.cut();
      return NOTHING;
    },
  },
  "cut": {
    title: "connection cut",
    strikesServer: false,
    survives: true,
    strike({ passage }) {
      passage.cut();
      return Promise.resolve(NOTHING);
    },
  },
  "postgres-kill": {
    title: "PostgreSQL kill -9",
    strikesServer: true,
    survives: true,
    async strike({ servers: { postgres }, passage }) {
      await postgres.kill9();
      // An orphaned backend may still do what it is sent; of a machine that dies nothing would.
      passage.cut();
      return { over: postgres.start() };
    },
  },
  "postgres-restart": {
    title: "PostgreSQL restart (fast)",
    strikesServer: true,
    survives: true,
    async strike({ servers: { postgres } }) {
      await postgres.stop("SIGINT");
      return { over: postgres.start() };
    },
  },
  "kafka-kill": {
    title: "Kafka broker kill -9",
    strikesServer: true,
    survives: true,
    async strike({ servers: { kafka } }) {
      await kafka.kill9();
      return { over: kafka.start() };
    },
  },
  "kafka-stall": {
    title: `Kafka broker stalled ${STALL / 1000} s (SIGSTOP)`,
    strikesServer: true,
    survives: true,
    strike({ servers: { kafka } }) {
      Deno.kill(kafka.pid, "SIGSTOP");
      const over = new Promise<void>((resolve) => setTimeout(resolve, STALL))
        .then(() => Deno.kill(kafka.pid, "SIGCONT"));
      return Promise.resolve({ over });
    },
  },
  "sigterm": {
    title: "SIGTERM of finpipe",
    strikesServer: false,
    survives: false,
    strike({ finpipe }) {
      finpipe.kill("SIGTERM");
      return Promise.resolve(NOTHING);
    },
  },
  "join": {
    title: "a second finpipe joins (rebalance)",
    strikesServer: false,
    survives: true,
    async strike({ startAnother }) {
      await startAnother().waitFor(/Assigned [1-9]/);
      return NOTHING;
    },
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
