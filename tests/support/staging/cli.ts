/** finpipe as a command line on a database of a test. */
import { openSession } from "../engine/engines.ts";
import { jsonl, transactionMessage } from "../events/messages.ts";
import type { TestDatabase } from "../postgres/database.ts";
import { type CliResult, runCli } from "../cli/run_cli.ts";

/** A message that lands. */
export const LINE = jsonl(transactionMessage());

/** Runs finpipe on a database with a work dir of its own. */
export async function cliOn(url: string, args: string[], stdin = ""): Promise<CliResult> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-staging-" });
  try {
    const env = { FINPIPE_PG_URL: url, FINPIPE_WORK_DIR: workDir };
    return await runCli([...args, "--retry-for", "5s"], { env, stdin });
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

/** Lands {@link LINE}. */
export function streamOn(url: string): Promise<CliResult> {
  return cliOn(url, ["stream", "--source", "-"], LINE);
}

/** Runs statements in a session of their own. */
export async function execute(database: TestDatabase, script: string): Promise<void> {
  const session = await openSession(database.url);
  try {
    await session.execute(script);
  } finally {
    await session.close();
  }
}
