/**
 * Opens the ends that a command uses, as the settings say, and closes them together. Where both
 * are embedded they share one session, since the folder belongs to one. A driver is loaded when its
 * end is opened, because start-up takes a good part of a small step.
 */
import type { KafkaSettings } from "../config/kafka.ts";
import {
  type ConfigSource,
  type EndUse,
  prepareWorkDir,
  readSettings,
  requireEmbedded,
  type Settings,
} from "../config/settings.ts";
import type { VerticaSettings } from "../config/vertica_settings.ts";
import type { Access, Schema } from "../migrations/migration.ts";
import type { SqlSession } from "../postgres/session.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Io } from "../runtime/io.ts";
import type { Logger } from "../runtime/log.ts";
import { retrying } from "../runtime/retry.ts";
import type { TopicRetry } from "../sources/kafka/topic.ts";
import type { Topic, TopicWriter } from "../sources/topic/topic.ts";
import type { MakeRows } from "../staging/batch.ts";
import { makeCopyRows } from "../staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../staging/postgres/staging.ts";
import type { StagingRepository } from "../staging/repository.ts";
import { type RetriedStaging, retriedStaging } from "../staging/retried.ts";
import { StagingSessions } from "../staging/sessions.ts";
import type { StepContext, StepEnds } from "../steps/step.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";

/** What a run hands to {@link openEngine}; a command's context fits. */
export interface EngineContext {
  io: Pick<Io, "now" | "signal">;
  log: Logger;
  config: ConfigSource;
}

/** Which ends a command uses, and how. */
export interface UsedEnds {
  staging?: EndUse;
  warehouse?: EndUse;
  /**
   * Holds an embedded folder only for a moment, to read: other commands wait for it.
   * @default false
   */
  reads?: boolean;
  /** Creates what is missing: tables, and the folder of the embedded engine. @default false */
  creates?: boolean;
  /** Writes partition files. @default false */
  partitionFiles?: boolean;
  /** Sessions of a staging server at once, at most. @default 1 */
  stagingSessions?: number;
  /** Reads a topic, so that its settings are checked, too. @default false */
  kafka?: boolean;
  /** Shown to a DBA as part of the session's name. */
  command?: string;
}

/** The opened ends. */
export class Engine implements StepEnds, AsyncDisposable {
  /** The settings, as they were read. */
  readonly settings: Settings;
  /** Makes the rows of a batch as the staging that is configured takes them. */
  readonly makeRows: MakeRows = makeCopyRows;
  /** Staging for work that can be repeated: it is retried for as long as `--retry-for` says. */
  readonly staging: RetriedStaging = retriedStaging((work) => {
    const { log, io: { signal } } = this.#context;
    const { retryFor } = this.settings;
    return retrying(() => this.#sessions.use(work), { log, signal, retryFor });
  });
  readonly #context: EngineContext;
  readonly #command: string;
  readonly #creates: boolean;
  readonly #reads: boolean;
  readonly #open = new AsyncDisposableStack();
  /** Sessions with a server. A broken one is dropped: a resident stream uses many in its life. */
  readonly #connected = new Set<StagingRepository>();
  #embedded: SqlSession | undefined;
  readonly #sessions: StagingSessions;
  #warehouse: WarehouseRepository | undefined;
  /** What was applied to embedded ends when they were opened. */
  readonly #applied: Record<"staging" | "warehouse", string[]> = { staging: [], warehouse: [] };

  constructor(
    context: EngineContext,
    settings: Settings,
    { command = "finpipe", creates = false, reads = false, stagingSessions = 1 }: Pick<
      UsedEnds,
      "command" | "creates" | "reads" | "stagingSessions"
    >,
  ) {
    this.#context = context;
    this.settings = settings;
    this.#command = command;
    this.#creates = creates;
    this.#reads = reads;
    // The embedded engine has one session.
    const most = settings.staging?.kind === "postgres" ? stagingSessions : 1;
    this.#sessions = new StagingSessions(() => this.connectStaging(), most);
  }

  /** The warehouse; only for a command that said that it uses it. */
  get warehouse(): WarehouseRepository {
    if (this.#warehouse !== undefined) return this.#warehouse;
    throw new FinpipeError("failed", "The command did not open the warehouse");
  }

  /** The ends for a step that uses no other. */
  get stepContext(): StepContext {
    const { log, io: { now, signal } } = this.#context;
    return { ends: this, workDir: this.settings.workDir, log, now, signal };
  }

  /**
   * Opens what is embedded, and upgrades it to this version of finpipe. A server is connected to on
   * first use.
   */
  async open(): Promise<void> {
    const { staging, warehouse, stagingSchema, martSchema } = this.settings;
    if (staging?.kind === "embedded") {
      this.#applied.staging.push(...await this.#upgrade((await this.connectStaging()).schema));
    }
    if (warehouse?.kind === "vertica") {
      await this.#openVertica(warehouse.vertica);
    } else if (warehouse !== undefined) {
      const { now } = this.#context.io;
      const session = await this.#embeddedSession();
      const { EmbeddedWarehouse } = await import("../warehouse/embedded/warehouse.ts");
      this.#warehouse = new EmbeddedWarehouse(session, { stagingSchema, martSchema, now });
      this.#applied.warehouse.push(...await this.#upgrade(this.#warehouse));
    }
  }

  async #upgrade(end: Schema): Promise<string[]> {
    return this.#creates || await end.hasSchema() ? await end.migrate() : [];
  }

  /** Creates or upgrades staging; returns the names of what was applied since it was opened. */
  async migrateStaging(): Promise<string[]> {
    const applied = await this.staging.schema.migrate();
    return [...this.#applied.staging.splice(0), ...applied];
  }

  /** Creates or upgrades the warehouse, likewise. */
  async migrateWarehouse(): Promise<string[]> {
    return [...this.#applied.warehouse.splice(0), ...await this.warehouse.migrate()];
  }

  /**
   * Creates the schemas of the opened ends that are not there yet.
   *
   * @throws FinpipeError of kind `configuration` where one is older or newer: only `init` upgrades
   * a server's
   */
  async createMissing(): Promise<void> {
    await this.#inEach(async (end, access) => {
      if (!await end.hasSchema()) await end.migrate();
      await end.checkSchema(access);
    });
  }

  /** @throws FinpipeError of kind `configuration` where `init` was not run on an opened end, or a newer one */
  async checkSchemas(): Promise<void> {
    await this.#inEach((end, access) => end.checkSchema(access));
  }

  /** The steps of a day read staging, and write the warehouse. */
  async #inEach(work: (end: Schema, access: Access) => Promise<void>) {
    const { staging, warehouse } = this.settings;
    if (staging !== undefined) await work(this.staging.schema, "read");
    if (warehouse !== undefined) await work(this.warehouse, "write");
  }

  /**
   * Another staging repository, with a session of its own; on the embedded engine it is the same
   * one. Tries once: the caller decides for how long to retry.
   */
  async connectStaging(): Promise<StagingRepository> {
    const { staging } = this.settings;
    if (staging?.kind !== "postgres") return new PostgresStaging(await this.#embeddedSession());
    const { openServerSession } = await import("../postgres/server.ts");
    const session = await openServerSession(staging.postgres, {
      applicationName: `finpipe ${this.#command}`,
    });
    const onDispose = () => this.#connected.delete(connected);
    const connected = new PostgresStaging(session, { owned: true, onDispose });
    this.#connected.add(connected);
    return connected;
  }

  /** The topic of the settings; connects to nothing yet. */
  async openTopic(): Promise<Topic> {
    const { kafka } = this.settings;
    if (kafka === undefined) throw new FinpipeError("failed", "The command did not touch a topic");
    // The client of Kafka is slow to load.
    const { openTopic } = await import("../sources/kafka/topic.ts");
    return openTopic(kafka, this.#context.log);
  }

  /** Connects to nothing yet. */
  async #openVertica(vertica: VerticaSettings): Promise<void> {
    const { io: { now, signal }, log } = this.#context;
    const { stagingSchema, martSchema, retryFor } = this.settings;
    if (vertica.warning !== undefined) log.warn(vertica.warning);
    const { VerticaWarehouse } = await import("../warehouse/vertica/warehouse.ts");
    const opened = new VerticaWarehouse({
      vertica,
      stagingSchema,
      martSchema,
      command: this.#command,
      now,
      retry: { log, signal, retryFor },
    });
    this.#open.use(opened);
    this.#warehouse = opened;
  }

  async #embeddedSession(): Promise<SqlSession> {
    if (this.#embedded === undefined) {
      const { openEmbeddedSession } = await import("../postgres/embedded.ts");
      const session = await openEmbeddedSession(this.settings.workDir, {
        make: this.#creates,
        reads: this.#reads,
        signal: this.#context.io.signal,
      });
      this.#open.defer(() => session.close());
      this.#embedded = session;
    }
    return this.#embedded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const staging of [...this.#connected]) await staging[Symbol.asyncDispose]();
    await this.#open.disposeAsync();
  }
}

/**
 * The topic of the settings, to be written to.
 *
 * @param retry how long brokers that are away are waited for, each time
 * @throws FinpipeError of kind `configuration` or `unreachable`
 */
export async function openTopicWriter(
  settings: KafkaSettings,
  retry: TopicRetry,
): Promise<TopicWriter> {
  // The client of Kafka is slow to load.
  const kafka = await import("../sources/kafka/topic.ts");
  return await kafka.openTopicWriter(settings, retry);
}

/**
 * Reads the settings, opens the ends that the command uses, and says so where the engine is
 * embedded for want of a setting.
 *
 * @throws FinpipeError of kind `configuration`, `unreachable` or `locked`
 */
export async function openEngine(context: EngineContext, uses: UsedEnds): Promise<Engine> {
  const settings = await readSettings(context.config, uses);
  const isEmbedded = [settings.staging, settings.warehouse].some((end) => end?.kind === "embedded");
  if (isEmbedded && uses.creates !== true) {
    await requireEmbedded(settings.workDir, { orLocked: true });
  }
  // Work between servers needs no folder: in a container it may be read-only.
  if (isEmbedded || uses.partitionFiles === true) await prepareWorkDir(settings.workDir);
  if (settings.engine === "embedded") {
    context.log.info(`Using the embedded engine in ${settings.workDir}`);
  }
  const engine = new Engine(context, settings, uses);
  try {
    await engine.open();
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return engine;
}
