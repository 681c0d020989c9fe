/** Landing a topic of the test's own in a database of the test's own. */
import { parseDuration } from "../../../lib/config/duration.ts";
import { readKafkaSettings } from "../../../lib/config/kafka.ts";
import { openTopic } from "../../../lib/sources/kafka/topic.ts";
import { parseFrom } from "../../../lib/sources/topic/from.ts";
import type { SessionOptions } from "../../../lib/postgres/client.ts";
import type { SqlRow, SqlSession } from "../../../lib/postgres/session.ts";
import { makeCopyRows } from "../../../lib/staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import type { Commit, Totals } from "../../../lib/landing/partition_lander.ts";
import {
  landTopic,
  type TopicContext,
  type TopicOptions as LandTopicOptions,
  type TopicState,
} from "../../../lib/landing/topic/land_topic.ts";
import { landWatchedTopic } from "../../../lib/landing/topic/watched_topic.ts";
import { Interrupted } from "../../../lib/runtime/errors.ts";
import { openSession } from "../engine/engines.ts";
import {
  kafkaTest,
  type TestTopic,
  testTopic,
  type TopicOptions,
  withAdmin,
} from "../kafka/topics.ts";
import { POSTGRES_MISSING, testDatabase } from "../postgres/database.ts";
import { type CliResult, runCli, spawnCli, type SpawnedCli } from "../cli/run_cli.ts";
import { until } from "../until.ts";
import { skippable, type TestBody } from "../skip.ts";
import type { Logger } from "../../../lib/runtime/log.ts";
import { recordingLog } from "../logs.ts";

/** A test that needs Kafka, PostgreSQL and kcat; skipped by name where one of them is missing. */
export async function topicTest(
  name: string,
  test: TestBody,
): Promise<void> {
  if (POSTGRES_MISSING === undefined) await kafkaTest(name, test, { kcat: true });
  else Deno.test(skippable(name, POSTGRES_MISSING, test));
}

/** What a call of `landTopic` is given beside its place; the defaults are those of `stream`. */
export interface LandCall {
  /** As `--from`. */
  from?: string;
  /** @default true */
  untilEnd?: boolean;
  /** Messages in a batch. @default 10000 */
  rows?: number;
  /** As `--linger`. @default 1s */
  linger?: string;
  /** As `--grace`. @default 20s */
  grace?: string;
  /** As `--retry-for`. @default 60s */
  retryFor?: string;
  group?: string;
  member?: LandTopicOptions["member"];
  /** The URL of staging. @default the place's */
  url?: string;
  /** How long sessions of staging wait, in milliseconds. */
  session?: Pick<SessionOptions, "patience" | "connectTimeout">;
  now?: () => Temporal.Instant;
  /** As `--metrics-port`. */
  metricsPort?: number;
  onProgress?: (totals: Totals, commit: Commit) => void;
}

/** Milliseconds after which the group takes a silent member of {@link RESIDENT} for dead. */
export const SHORT_SESSION = 2000;

/** A landing that goes on until it is stopped, in small batches. */
export const RESIDENT: LandCall = {
  untilEnd: false,
  rows: 50,
  linger: "20ms",
  member: { sessionTimeout: SHORT_SESSION },
};

/** A landing that is under way in this process. */
export interface RunningLanding {
  /** Asks it to stop, as SIGTERM does; what it landed. */
  stop(): Promise<Totals>;
  readonly totals: Promise<Totals>;
  /** How it goes, once it has begun to land. */
  readonly state: Promise<TopicState>;
  /** What it logged so far. */
  log(): string;
}

/** A `stream` of the topic in this process. */
export interface RunningStream {
  /** Asks it to stop, as SIGTERM does. */
  stop(): Promise<CliResult>;
  readonly result: Promise<CliResult>;
}

export interface PlaceOptions extends TopicOptions {
  /** A database that is there already, and stays. @default one of the test's own */
  url?: string;
  /** The topic is one that does not exist. @default false */
  missing?: boolean;
}

/** Makes a topic and a database; disposing of the place removes both. */
export async function landingPlace(
  t: Deno.TestContext | string,
  options: PlaceOptions = {},
): Promise<LandingPlace> {
  await using scope = new AsyncDisposableStack();
  const topic = await testTopic(t, options);
  if (options.missing === true) await topic[Symbol.asyncDispose]();
  else scope.use(topic);
  const database = options.url === undefined ? scope.use(await testDatabase(t)) : undefined;
  const session = await openTestSession(options.url ?? database!.url);
  scope.defer(() => session.close());
  const folder = await Deno.makeTempDir({ prefix: "finpipe-topic-" });
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  return new LandingPlace(topic, options.url ?? database!.url, session, folder, scope.move());
}

/** A session that is none of finpipe's: it may hold locks for as long as the test likes. */
function openTestSession(url: string): Promise<SqlSession> {
  return openSession(url, { applicationName: "a test" });
}

export class LandingPlace implements AsyncDisposable {
  readonly #scope: AsyncDisposableStack;
  /** Ends what was started here, each one thing. */
  #ends: (() => unknown)[] = [];

  constructor(
    readonly topic: TestTopic,
    readonly url: string,
    readonly session: SqlSession,
    readonly workDir: string,
    scope: AsyncDisposableStack,
  ) {
    this.#scope = scope;
  }

  /** Variables beside those of {@link env}. */
  moreEnv: Record<string, string> = {};

  /** The environment of a run of finpipe here. */
  get env(): Record<string, string> {
    const { brokers, topic, group } = this.topic;
    return {
      ...this.moreEnv,
      FINPIPE_KAFKA_BROKERS: brokers,
      FINPIPE_TOPIC: topic,
      FINPIPE_GROUP: group,
      FINPIPE_PG_URL: this.url,
      FINPIPE_VERTICA_URL: "embedded",
      FINPIPE_WORK_DIR: this.workDir,
      FINPIPE_LOG_FORMAT: "text",
    };
  }

  query(sql: string, params: readonly string[] = []): Promise<SqlRow[]> {
    return this.session.query(sql, params);
  }

  /**
   * Has something that was started here end with the place, where it has not ended yet: a test that
   * fails must not disturb those after it.
   */
  endsWithPlace(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Runs `stream --until-end --json` of the topic, in this process. */
  async stream(...args: string[]): Promise<CliResult> {
    return await runCli(["stream", "--until-end", "--json", ...args], { env: this.env });
  }

  /** Starts a `stream --json` of the topic, in this process. */
  start(...args: string[]): RunningStream {
    const asked = new AbortController();
    const result = runCli(["stream", "--json", ...args], {
      env: this.env,
      signal: asked.signal,
    });
    const stop = () => {
      asked.abort(new Interrupted("SIGTERM"));
      return result;
    };
    this.endsWithPlace(stop);
    return { result, stop };
  }

  /** Starts a `stream --json` of the topic, as a process of its own. */
  spawn(...args: string[]): SpawnedCli {
    const cli = spawnCli(["stream", "--json", ...args], { env: this.env });
    this.endsWithPlace(() => {
      cli.kill("SIGKILL");
      return cli.result;
    });
    return cli;
  }

  /** Sends a range of emulated days to the topic, as `emit` does. */
  async emit(...args: string[]): Promise<void> {
    const { code, stderr } = await runCli([
      "emit",
      "--to",
      "kafka",
      "--topic",
      this.topic.topic,
      ...args,
    ], {
      env: this.env,
    });
    if (code !== 0) throw new Error(`Cannot emit: ${stderr}`);
  }

  /** Starts `landTopic` itself, where `stream` has no option for what the test needs. */
  land(call: LandCall = {}): RunningLanding {
    const asked = new AbortController();
    const state = Promise.withResolvers<TopicState>();
    const { log, lines } = recordingLog("debug", call.now);
    const totals = this.#land(call, asked.signal, state.resolve, log);
    // Who waits for the state of one that never began learns why from its totals.
    totals.catch(state.reject);
    state.promise.catch(() => {});
    const stop = () => {
      asked.abort(new Interrupted("SIGTERM"));
      return totals;
    };
    this.endsWithPlace(stop);
    return { totals, state: state.promise, log: () => lines.join(""), stop };
  }

  /** The same place with a new session, for when the server has ended the old one. */
  async reopen(): Promise<LandingPlace> {
    const session = await openTestSession(this.url);
    const scope = new AsyncDisposableStack();
    scope.use(this.#scope.move());
    scope.defer(() => session.close());
    const place = new LandingPlace(this.topic, this.url, session, this.workDir, scope);
    place.#ends = this.#ends.splice(0);
    return place;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whether it failed is for the test to say.
    await Promise.allSettled(this.#ends.splice(0).map(async (end) => await end()));
    await this.#scope.disposeAsync();
  }

  async #land(
    call: LandCall,
    signal: AbortSignal,
    onStart: (state: TopicState) => void,
    log: Logger,
  ): Promise<Totals> {
    const env = { ...this.env, FINPIPE_GROUP: call.group ?? this.topic.group };
    const settings = await readKafkaSettings({ env: (name) => env[name as never], flags: {} });
    const now = call.now ?? (() => Temporal.Now.instant());
    await using topic = openTopic(settings, log);
    const duration = (text: string) => parseDuration(text, "a test's duration");
    const land = (context: TopicContext, options: LandTopicOptions) =>
      call.metricsPort === undefined
        ? landTopic(context, options)
        : landWatchedTopic(context, options, call.metricsPort);
    return await land({
      topic,
      connect: async () =>
        new PostgresStaging(await openSession(call.url ?? this.url, call.session), { owned: true }),
      makeRows: makeCopyRows,
      log,
      now,
      signal,
      onStart,
      ...(call.onProgress === undefined ? {} : { onProgress: call.onProgress }),
    }, {
      group: settings.group,
      from: call.from === undefined ? undefined : parseFrom(call.from),
      untilEnd: call.untilEnd ?? true,
      limits: {
        rows: call.rows ?? 10_000,
        bytes: 4 * 1024 * 1024,
        linger: duration(call.linger ?? "1s"),
        maxMessageBytes: 10_000_000,
      },
      watermark: duration("5m"),
      grace: duration(call.grace ?? "20s"),
      retryFor: duration(call.retryFor ?? "60s"),
      ...(call.member === undefined ? {} : { member: call.member }),
    });
  }
}

/** Waits until the positions are the ends of the log. */
export async function untilRead(place: LandingPlace): Promise<void> {
  const { brokers, topic } = place.topic;
  const ends = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  await until(async () => {
    const rows = await place.query(
      "SELECT partition, next_position FROM finpipe.source_partitions WHERE source = $1",
      [topic],
    );
    const positions = new Map(
      rows.map((row) => [Number(row.partition), Number(row.next_position)]),
    );
    return ends.every(({ partition, high }) => (positions.get(partition) ?? 0) >= Number(high));
  });
}

/** Waits until Kafka was told so: of each partition the committed offset is the end of its log. */
export async function untilTold(place: LandingPlace): Promise<void> {
  const { brokers, topic, group } = place.topic;
  await withAdmin(brokers, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic);
    await until(async () => {
      const [told] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return ends.every(({ partition, high }) =>
        told!.partitions.find((one) => one.partition === partition)?.offset === high
      );
    });
  });
}
