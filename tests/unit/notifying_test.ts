/** Which failures of a command somebody is told of. */
import assert from "node:assert/strict";
import type { CommandDefinition, Context } from "../../commands/command.ts";
import { runTelling } from "../../commands/notifying.ts";
import { noticeOfFailure } from "../../lib/notify/notice.ts";
import { type ErrorKind, EXIT_CODES, FinpipeError, Interrupted } from "../../lib/runtime/errors.ts";
import { inFolder } from "../support/folder.ts";
import { SILENT } from "../support/logs.ts";
import { startWebhook } from "../support/network/webhook.ts";

/** Runs a command that fails so, and gives how many were told. */
async function toldOf(error: unknown, signal = new AbortController().signal): Promise<number> {
  await using webhook = startWebhook();
  await inFolder(async (folder) => {
    const env: Record<string, string> = { FINPIPE_NOTIFY_URL: webhook.url };
    const context = {
      io: { now: () => Temporal.Now.instant(), signal },
      log: SILENT,
      config: { env: (name: string) => env[name], flags: { workDir: folder } },
    } as unknown as Context;
    const definition: CommandDefinition = {
      configure() {},
      examples: [],
      tells: () => ({
        noticeOf: (error) => noticeOfFailure("backfill_failed", error),
        settles: [],
      }),
      run: () => Promise.reject(error),
    };
    const call = { name: "backfill", args: [], options: {} };
    await assert.rejects(runTelling(definition, context, call), (thrown) => thrown === error);
  });
  return webhook.posted.length;
}

Deno.test("wrong usage and another finpipe at work are told to nobody, all other failures are", async () => {
  const untold: ErrorKind[] = ["usage", "locked"];
  for (const kind of Object.keys(EXIT_CODES) as ErrorKind[]) {
    assert.equal(
      await toldOf(new FinpipeError(kind, "It failed")),
      untold.includes(kind) ? 0 : 1,
      kind,
    );
  }
  assert.equal(await toldOf(new TypeError("a bug")), 1);
});

Deno.test("a stop is told to nobody", async () => {
  const stop = new Interrupted("SIGTERM");
  assert.equal(await toldOf(stop, AbortSignal.abort(stop)), 0);
});
