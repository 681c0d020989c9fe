/**
 * The days that prune took out of staging, as a work dir knows them: a load reads no staging, and has to
 * know that no dump can make a file that is not there.
 */
import { join } from "node:path";
import * as v from "valibot";
import { fileFailure } from "../runtime/file_failure.ts";
import { FileAside, ifThere, writeWhole } from "../runtime/files.ts";

const PrunedDays = v.object({ days: v.record(v.string(), v.string()) });

/** Where they are written down, for people too. */
export function prunedDaysPath(workDir: string): string {
  return join(workDir, "partitions", "pruned.json");
}

/**
 * The days, with the times; none where the file is absent, or is none.
 *
 * @throws FinpipeError where it cannot be read
 */
export async function readPrunedDays(workDir: string): Promise<Map<string, string>> {
  const path = prunedDaysPath(workDir);
  try {
    const text = await ifThere(Deno.readTextFile(path));
    const result = v.safeParse(PrunedDays, text === undefined ? undefined : JSON.parse(text));
    return new Map(result.success ? Object.entries(result.output.days) : []);
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw fileFailure(error, "read", path);
  }
}

/**
 * Writes them down, in place of what stood there, where anything has changed.
 *
 * @throws FinpipeError where it cannot be written
 */
export async function writePrunedDays(
  workDir: string,
  days: readonly (readonly [day: string, prunedAt: Temporal.PlainDateTime])[],
): Promise<void> {
  const path = prunedDaysPath(workDir);
  const text = days.map(([day, at]) => [day, at.toString().replace("T", " ")] as const);
  const json = `${JSON.stringify({ days: Object.fromEntries(text) }, null, 2)}\n`;
  try {
    if (await ifThere(Deno.readTextFile(path)) === json) return;
    await Deno.mkdir(join(workDir, "partitions"), { recursive: true, mode: 0o700 });
    using aside = await FileAside.open(path, { mode: 0o600 });
    await writeWhole(aside.file, new TextEncoder().encode(json));
    await aside.publish();
  } catch (error) {
    throw fileFailure(error, "write", path);
  }
}
