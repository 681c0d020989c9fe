/** A world for the doctor to look at. */
import type { Check } from "../../../lib/doctor/check.ts";
import type { DoctorDeps } from "../../../lib/doctor/deps.ts";
import assert from "node:assert/strict";
import type { Settings } from "../../../lib/config/settings.ts";
import { FinpipeError } from "../../../lib/runtime/errors.ts";
import type { ServerFacts, StagingInspection } from "../../../lib/staging/inspection.ts";
import type { WarehouseInspection } from "../../../lib/warehouse/inspection.ts";

export const NOW = Temporal.Instant.from("2022-10-06T09:00:00Z");
export const HEALTHY: ServerFacts = {
  major: 15,
  version: "15.8",
  role: "ada",
  clock: NOW,
  readOnly: false,
};
export const EMBEDDED: Settings = {
  engine: "embedded",
  workDir: "./work",
  retryFor: 0,
  stagingSchema: "s",
  martSchema: "m",
  staging: { kind: "embedded" },
  warehouse: { kind: "embedded" },
  kafka: undefined,
  stagingLeftOut: undefined,
  warehouseLeftOut: undefined,
};
export const SERVER: Settings = {
  ...EMBEDDED,
  engine: "remote",
  staging: {
    kind: "postgres",
    postgres: {
      host: "h",
      port: 5432,
      user: "ada",
      password: "s3cret",
      database: "d",
      tlsAttempts: [false],
      displayName: "PostgreSQL at h:5432/d",
    },
  },
  warehouse: undefined,
  warehouseLeftOut: "FINPIPE_VERTICA_URL is not set",
};

/** A world in which all is well. */
export function setup(settings: Settings, changes: Partial<DoctorDeps> = {}): DoctorDeps {
  return {
    unknownVariables: [],
    readSettings: () => Promise.resolve(settings),
    lookAtWorkDir: (workDir) => Promise.resolve(workDir),
    freeBytes: () => Promise.resolve(5e9),
    inspectStaging: () => Promise.resolve(server()),
    inspectWarehouse: () => Promise.resolve(warehouse()),
    inspectTopic: undefined,
    noticeHost: undefined,
    readStreamSettings: undefined,
    tryEmbedded: () => Promise.resolve([]),
    now: () => NOW,
    ...changes,
  };
}

/** Servers that were closed. */
export const closed = { count: 0 };

export function server(
  facts: Partial<ServerFacts> = {},
  changes: Partial<StagingInspection> = {},
): StagingInspection {
  return {
    facts: () => Promise.resolve({ ...HEALTHY, ...facts }),
    missingRights: () => Promise.resolve([]),
    imposedSettings: () => Promise.resolve([]),
    isPooledByTransaction: () => Promise.resolve(false),
    checkSchema: () => Promise.resolve(),
    missingParts: () => Promise.resolve([]),
    readPartitions: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => {
      closed.count++;
      return Promise.resolve();
    },
    ...changes,
  };
}

export const VERTICA: Settings = {
  ...SERVER,
  warehouse: {
    kind: "vertica",
    vertica: {
      nodes: [{ host: "h", port: 5433 }],
      user: "ada",
      password: "s3cret",
      oauthToken: undefined,
      database: "d",
      tls: false,
      statementTimeout: undefined,
      displayName: "Vertica at h:5433/d",
      warning: undefined,
    },
  },
  warehouseLeftOut: undefined,
};

export function warehouse(changes: Partial<WarehouseInspection> = {}): WarehouseInspection {
  return {
    facts: () => Promise.resolve({ version: "Vertica v24", user: "ada", clock: NOW }),
    missingRights: () => Promise.resolve([]),
    checkSchema: () => Promise.resolve(),
    missingParts: () => Promise.resolve([]),
    differences: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => {
      closed.count++;
      return Promise.resolve();
    },
    ...changes,
  };
}

export function withServer(...args: Parameters<typeof server>): DoctorDeps {
  return setup(SERVER, { inspectStaging: () => Promise.resolve(server(...args)) });
}

export function outcomes(checks: Check[]): string[] {
  return checks.map(({ check, outcome }) => `${outcome} ${check}`);
}

export function failure(checks: Check[]): Check {
  const found = checks.find(({ outcome }) => outcome === "failed");
  assert.ok(found?.hint, "each failure says what to do");
  return found;
}

export const unreachable = () =>
  new FinpipeError("unreachable", "Cannot reach it", { hint: "Start it" });
