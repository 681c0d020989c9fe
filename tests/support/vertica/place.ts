/** A Vertica for tests: the server that FINPIPE_TEST_VERTICA_URL names, else one of our own. */
import type { VerticaSettings } from "../../../lib/config/vertica_settings.ts";
import {
  openVerticaSession,
  type VerticaSession,
} from "../../../lib/warehouse/vertica/connection/session.ts";
import {
  VerticaWarehouse,
  type VerticaWarehouseOptions,
} from "../../../lib/warehouse/vertica/warehouse.ts";
import type { WarehouseSchemas } from "../../../lib/warehouse/variables.ts";
import { SILENT } from "../logs.ts";
import { adminUrl, POSTGRES_MISSING } from "../postgres/database.ts";
import { openVerticaEngine, type VerticaEngine } from "../../vertica-server/engine/engine.ts";
import { DATABASE, startServerOn, type VerticaServer } from "../../vertica-server/server.ts";
import { verticaSettingsOf } from "./url.ts";
import { skippable, type TestBody } from "../skip.ts";

const GIVEN = Deno.env.get("FINPIPE_TEST_VERTICA_URL") || undefined;

/** Why there is none; undefined where there is one. Ours has a PostgreSQL behind it. */
export const VERTICA_MISSING = GIVEN === undefined ? POSTGRES_MISSING : undefined;

/** A test on a Vertica; skipped by name where there is none. */
export function verticaTest(name: string, test: TestBody): void {
  Deno.test(skippable(name, VERTICA_MISSING, test));
}

/**
 * A test on a server of ours; skipped by name where another one is named.
 *
 * @param why what that one has that the test cannot do with
 */
export function ownVerticaTest(
  name: string,
  test: TestBody,
  why = "whose ways cannot be set",
): void {
  const notOurs = GIVEN && `FINPIPE_TEST_VERTICA_URL names a server ${why}`;
  Deno.test(skippable(name, notOurs ?? VERTICA_MISSING, test));
}

/** A server of ours, and the engine behind it. */
export interface OwnServer {
  server: VerticaServer;
  engine: VerticaEngine;
}

/** A server, and how tests reach it. */
export interface TestVertica extends AsyncDisposable {
  /** Of a user who may do everything. */
  readonly url: string;
  /** The server where it is ours, to make faults with. */
  readonly own: OwnServer | undefined;
  /** Names that no other test has. */
  newSchemas(): WarehouseSchemas;
  dropSchemas(session: VerticaSession, schemas: WarehouseSchemas): Promise<void>;
  session(): Promise<VerticaSession>;
  warehouse(options: PlaceOptions): VerticaWarehouse;
  /** The same by another URL: of a proxy, or of another user. */
  warehouseAt(url: string, options: PlaceOptions): Promise<VerticaWarehouse>;
}

export interface PlaceOptions extends WarehouseSchemas {
  now: () => Temporal.Instant;
  /** Milliseconds for which an unreachable server is tried. @default 0 */
  retryFor?: number;
  waits?: VerticaWarehouseOptions["waits"];
}

/** Starts a server, or takes the one that is named. */
export async function openTestVertica(): Promise<TestVertica> {
  if (GIVEN !== undefined) return await place(GIVEN, undefined, () => Promise.resolve());
  const engine = await openVerticaEngine({ postgresUrl: adminUrl(), database: DATABASE });
  const server = await startServerOn(engine, { auth: "trust" });
  return await place(server.url, { server, engine }, () => server[Symbol.asyncDispose]());
}

async function place(
  url: string,
  own: OwnServer | undefined,
  stop: () => Promise<void>,
): Promise<TestVertica> {
  const settings = await verticaSettingsOf(url);
  return {
    url,
    own,
    newSchemas() {
      const id = crypto.randomUUID().slice(0, 8);
      return { stagingSchema: `finpipe_staging_${id}`, martSchema: `finpipe_mart_${id}` };
    },
    async dropSchemas(session, schemas) {
      for (const name of [schemas.stagingSchema, schemas.martSchema]) {
        await session.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
      }
    },
    session: () => openVerticaSession(settings, { label: "finpipe:test" }),
    warehouse: (options) => warehouseOf(settings, options),
    warehouseAt: async (url, options) => warehouseOf(await verticaSettingsOf(url), options),
    [Symbol.asyncDispose]: stop,
  };
}

function warehouseOf(
  vertica: VerticaSettings,
  { stagingSchema, martSchema, now, retryFor = 0, waits }: PlaceOptions,
): VerticaWarehouse {
  return new VerticaWarehouse({
    ...(waits === undefined ? {} : { waits }),
    vertica,
    stagingSchema,
    martSchema,
    command: "test",
    now,
    retry: { log: SILENT, signal: new AbortController().signal, retryFor },
  });
}
