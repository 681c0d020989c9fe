/**
 * Checks everything that finpipe depends on, and says for each failure what to do about it. After a
 * failure, the checks that depend on it are left out.
 */
import { FinpipeError } from "../runtime/errors.ts";
import { type Check, Checklist, type CheckWatch, type Finding } from "./check.ts";
import type { Settings } from "../config/settings.ts";
import { unknownText, type UnknownVariable } from "../config/unknown_variables.ts";
import type { TopicFacts } from "../sources/topic/topic.ts";
import type { DoctorDeps } from "./deps.ts";
import { examineStaging } from "./staging.ts";
import { judgeStream, judgeTopic } from "./topic.ts";
import { examineWarehouse, judgeWarehouseParts } from "./warehouse.ts";

/** Bytes: with less than the first nothing works, with less than the second not for long. */
const TOO_LITTLE_SPACE = 100_000_000;
const LITTLE_SPACE = 1_000_000_000;

/**
 * Looks at everything. Servers are looked at side by side, so that those that are away are waited
 * for at once. Failures become results; only bugs and a stop are thrown.
 *
 * @param watch is told of each check as it ends @default nobody
 * @returns all checks, in the same order each time
 */
export async function examine(deps: DoctorDeps, watch?: CheckWatch): Promise<Check[]> {
  const list = new Checklist(watch);
  const { unknownVariables } = deps;
  if (unknownVariables.length > 0) {
    await list.look("variables", () => judgeVariables(unknownVariables));
  }
  const settings = await list.look("configuration", async () => {
    const settings = await deps.readSettings();
    return { detail: engineText(settings), value: settings };
  });
  if (settings === undefined) return list.checks;
  const { noticeHost } = deps;
  if (noticeHost !== undefined) {
    await list.look("notices", async () => ({
      detail: `failures are told to ${await noticeHost()}, which was not asked`,
    }));
  }
  const workDir = await list.look("work dir", () => examineWorkDir(settings.workDir, deps));
  const [kafka, staging, warehouse, rest] = [1, 2, 3, 4].map(() => new Checklist(watch));
  const topic = examineTopic(settings, kafka!, deps);
  await allOf([
    topic,
    examineStagingEnd(settings, topic, staging!, deps),
    examineWarehouseEnd(settings, warehouse!, deps),
  ]);
  await examineEmbedded(settings, workDir !== undefined, rest!, deps);
  rest!.skip("staging", settings.stagingLeftOut);
  rest!.skip("warehouse", settings.warehouseLeftOut);
  return [list, kafka!, staging!, warehouse!, rest!].flatMap(({ checks }) => checks);
}

/** Waits for all, also if one fails: each closes what it opened. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

function judgeVariables(unknown: readonly UnknownVariable[]): Finding<never> {
  return {
    detail: unknown.map(unknownText).join("\n"),
    hint: "Mend the name, or unset it: 'finpipe config' lists all that there are",
  };
}

async function examineTopic(
  { retryFor, staging }: Settings,
  list: Checklist,
  { inspectTopic, readStreamSettings }: DoctorDeps,
): Promise<TopicFacts | undefined> {
  const topic = inspectTopic === undefined
    ? undefined
    : await list.look("kafka", async () => judgeTopic(await inspectTopic(retryFor)));
  if (readStreamSettings !== undefined && staging?.kind !== "postgres") {
    await list.look("stream", () => judgeStream(readStreamSettings));
  }
  return topic;
}

async function examineStagingEnd(
  { staging, retryFor }: Settings,
  topic: Promise<TopicFacts | undefined>,
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  if (staging?.kind === "postgres") {
    await examineStaging(staging.postgres, { topic, retryFor }, list, deps);
  }
}

async function examineWarehouseEnd(
  settings: Settings,
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  const { warehouse } = settings;
  if (warehouse?.kind === "vertica") {
    await examineWarehouse(settings, warehouse.vertica, list, deps);
  }
}

async function examineEmbedded(
  settings: Settings,
  hasWorkDir: boolean,
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  const embedded = Object.entries({ staging: settings.staging, warehouse: settings.warehouse })
    .filter(([, end]) => end?.kind === "embedded").map(([name]) => name);
  if (embedded.length === 0 || !hasWorkDir) return;
  await list.look(embedded.join(" and "), async () => {
    const missing = await deps.tryEmbedded(settings);
    const detail = `the embedded engine in ${settings.workDir} opens`;
    return missing.length === 0 ? { detail } : judgeWarehouseParts(missing);
  });
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
