/**
 * Checks everything that finpipe depends on, and says for each failure what to do about it. After a
 * failure, the checks that depend on it are left out.
 */
import { FinpipeError } from "../runtime/errors.ts";
import { type Check, Checklist, type Finding } from "./check.ts";
import type { Settings } from "../config/settings.ts";
import type { DoctorDeps } from "./deps.ts";
import { examineStaging } from "./staging.ts";
import { judgeStream, judgeTopic } from "./topic.ts";
import { examineWarehouse, judgeWarehouseParts } from "./warehouse.ts";

/** Bytes: with less than the first nothing works, with less than the second not for long. */
const TOO_LITTLE_SPACE = 100_000_000;
const LITTLE_SPACE = 1_000_000_000;

/** Runs one check after another. Failures become results; only bugs are thrown. */
export async function examine(deps: DoctorDeps): Promise<Check[]> {
  const list = new Checklist();
  const settings = await list.look("configuration", async () => {
    const settings = await deps.readSettings();
    return { detail: engineText(settings), value: settings };
  });
  if (settings === undefined) return list.checks;
  const workDir = await list.look("work dir", () => examineWorkDir(settings.workDir, deps));
  const { inspectTopic } = deps;
  const topic = inspectTopic === undefined
    ? undefined
    : await list.look("kafka", async () => judgeTopic(await inspectTopic(settings.retryFor)));
  const { readStreamSettings } = deps;
  if (readStreamSettings !== undefined && settings.staging?.kind !== "postgres") {
    await list.look("stream", () => judgeStream(readStreamSettings));
  }
  if (settings.staging?.kind === "postgres") {
    await examineStaging(settings.staging.postgres, { topic, ...settings }, list, deps);
  }
  if (settings.warehouse?.kind === "vertica") {
    await examineWarehouse(settings, settings.warehouse.vertica, list, deps);
  }
  const embedded = Object.entries({ staging: settings.staging, warehouse: settings.warehouse })
    .filter(([, end]) => end?.kind === "embedded").map(([name]) => name);
  if (embedded.length > 0 && workDir !== undefined) {
    await list.look(embedded.join(" and "), async () => {
      const missing = await deps.tryEmbedded(settings);
      const detail = `the embedded engine in ${settings.workDir} opens`;
      return missing.length === 0 ? { detail } : judgeWarehouseParts(missing);
    });
  }
  list.skip("staging", settings.stagingLeftOut);
  list.skip("warehouse", settings.warehouseLeftOut);
  return list.checks;
}

/** What each end runs on, where the two differ. */
function engineText({ engine, staging, warehouse }: Settings): string {
  if (engine !== "mixed") return `${engine} engine`;
  const nameOf = (end: { kind: string } | undefined) =>
    end?.kind === "postgres" ? "PostgreSQL" : end?.kind === "vertica" ? "Vertica" : "embedded";
  return `staging: ${nameOf(staging)}, warehouse: ${nameOf(warehouse)}`;
}

async function examineWorkDir(workDir: string, deps: DoctorDeps): Promise<Finding<string>> {
  const folder = await deps.lookAtWorkDir(workDir);
  const free = await deps.freeBytes(folder);
  const state = folder === workDir ? "can be written" : "is not there yet";
  const detail = `${workDir} ${state}, ${(free / 1e9).toFixed(1)} GB free`;
  const hint = "Make room there, or name another folder with --work-dir";
  if (free >= LITTLE_SPACE) return { detail, value: workDir };
  if (free >= TOO_LITTLE_SPACE) return { detail, hint, value: workDir };
  throw new FinpipeError("failed", `The disk of ${workDir} is full`, { hint });
}
