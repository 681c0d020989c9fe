/**
 * Opens the ends that a command touches, as the settings say, and closes them together. Where both
 * are embedded they share one session, since the folder belongs to one.
 */
import { openEmbeddedSession } from "./postgres/embedded.ts";
import { openServerSession } from "./postgres/server.ts";
import type { SqlSession } from "./postgres/session.ts";
import { FinpipeError, isKind } from "./runtime/errors.ts";
import type { Io } from "./runtime/io.ts";
import type { Logger } from "./runtime/log.ts";
import { retrying } from "./runtime/retry.ts";
import {
  type ConfigSource,
  type EndTouch,
  prepareWorkDir,
  readSettings,
  type Settings,
} from "./runtime/config/settings.ts";
import type { StagingRepository } from "./staging/repository.ts";
import { SqlStaging } from "./staging/sql_staging.ts";
import { EmbeddedWarehouse } from "./warehouse/embedded.ts";
import type { WarehouseRepository } from "./warehouse/repository.ts";

/** What a run hands to {@link openEngine}; a command's context fits. */
export interface EngineContext {
  io: Pick<Io, "now" | "signal">;
  log: Logger;
  config: ConfigSource;
}

/** Which ends a command touches. */
export interface Touches {
  staging?: EndTouch;
  warehouse?: EndTouch;
  /** Shown to a DBA as part of the session's name. */
  command?: string;
}

/** The opened ends. */
export class Engine implements AsyncDisposable {
  /** As they were read. */
  readonly settings: Settings;
  readonly #context: EngineContext;
  readonly #command: string;
  readonly #open = new AsyncDisposableStack();
  #embedded: SqlSession | undefined;
  #staging: StagingRepository | undefined;
  #warehouse: WarehouseRepository | undefined;
  /** What was applied to embedded ends when they were opened. */
  readonly #applied: Record<"staging" | "warehouse", string[]> = { staging: [], warehouse: [] };

  constructor(context: EngineContext, settings: Settings, command: string) {
    this.#context = context;
    this.settings = settings;
    this.#command = command;
  }

  /** The staging end; a command that did not say that it touches it has none. */
  get staging(): StagingRepository {
    return this.#staging ?? notTouched("staging");
  }

  /** The warehouse end, likewise. */
  get warehouse(): WarehouseRepository {
    return this.#warehouse ?? notTouched("the warehouse");
  }

  /** Opens the ends that the settings have, and the embedded one's schema with it. */
  async open(): Promise<void> {
    const { staging, warehouse } = this.settings;
    if (staging !== undefined) await this.withStaging(() => Promise.resolve());
    if (warehouse !== undefined) {
      this.#warehouse = new EmbeddedWarehouse(await this.#embeddedSession(), {
        stagingSchema: this.settings.stagingSchema,
        martSchema: this.settings.martSchema,
        now: this.#context.io.now,
      });
      this.#applied.warehouse.push(...await this.#warehouse.migrate());
    }
  }

  /**
   * Runs work on staging that may be run again: when the server went away, on a new session, for as
   * long as an unreachable server is tried.
   */
  withStaging<T>(work: (staging: StagingRepository) => Promise<T>): Promise<T> {
    const { log, io: { signal } } = this.#context;
    return retrying(async () => {
      this.#staging ??= await this.connectStaging();
      try {
        return await work(this.#staging);
      } catch (error) {
        if (isKind(error, "unreachable")) this.#staging = undefined;
        throw error;
      }
    }, { log, signal, retryFor: this.settings.retryFor });
  }

  /** Creates or upgrades staging; returns the names of what was applied since it was opened. */
  async migrateStaging(): Promise<string[]> {
    const applied = await this.withStaging((staging) => staging.migrate());
    return [...this.#applied.staging.splice(0), ...applied];
  }

  /** Creates or upgrades the warehouse, likewise. */
  async migrateWarehouse(): Promise<string[]> {
    return [...this.#applied.warehouse.splice(0), ...await this.warehouse.migrate()];
  }

  /**
   * One more staging repository with a session of its own; of the embedded engine the same one. One
   * try: how long to go on trying is for the caller to say.
   */
  async connectStaging(): Promise<StagingRepository> {
    const { staging } = this.settings;
    if (staging?.kind !== "postgres") {
      const repository = new SqlStaging(await this.#embeddedSession());
      this.#applied.staging.push(...await repository.migrate());
      return repository;
    }
    const session = await openServerSession(staging.postgres, {
      applicationName: `finpipe ${this.#command}`,
    });
    this.#open.defer(() => session.close());
    return new SqlStaging(session);
  }

  async #embeddedSession(): Promise<SqlSession> {
    if (this.#embedded === undefined) {
      const session = await openEmbeddedSession(this.settings.workDir);
      this.#open.defer(() => session.close());
      this.#embedded = session;
    }
    return this.#embedded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

/**
 * Reads the settings, opens the ends that the command touches, and says so where the engine is
 * embedded for want of a setting.
 *
 * @throws FinpipeError of kind `configuration`, `unreachable` or `locked`
 */
export async function openEngine(context: EngineContext, touches: Touches): Promise<Engine> {
  const settings = await readSettings(context.config, touches);
  await prepareWorkDir(settings.workDir);
  if (settings.engine === "embedded") {
    context.log.info(`Using the embedded engine in ${settings.workDir}`);
  }
  const engine = new Engine(context, settings, touches.command ?? "finpipe");
  try {
    await engine.open();
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return engine;
}

function notTouched(end: string): never {
  throw new FinpipeError("failed", `The command did not open ${end}`);
}
