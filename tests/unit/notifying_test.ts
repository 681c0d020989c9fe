/** Which failures of a command somebody is told of. */
import assert from "node:assert/strict";
import type { CommandDefinition, Context } from "../../commands/command.ts";
import { runTelling } from "../../commands/notifying.ts";
import { noticeOfFailure } from "../../lib/notify/notice.ts";
import { CommandLines } from "../../lib/runtime/command_lines.ts";
import { type ErrorKind, EXIT_CODES, FinpipeError, Interrupted } from "../../lib/runtime/errors.ts";
import { inFolder } from "../support/folder.ts";
import { recordingLog, SILENT } from "../support/logs.ts";
import { startWebhook } from "../support/network/webhook.ts";

/** Runs a command with these variables. */
async function runWith(
  env: Readonly<Record<string, string>>,
  run: CommandDefinition["run"],
  { signal = new AbortController().signal, log = SILENT } = {},
): Promise<number> {
  return await inFolder((folder) => {
    const context = {
      io: { now: () => Temporal.Now.instant(), signal },
      log,
      lines: new CommandLines(() => "./finpipe", { workDir: "/data" }),
      config: { env: (name: string) => env[name], flags: { workDir: folder } },
    } as unknown as Context;
    const definition: CommandDefinition = {
      configure() {},
      examples: [],
      tells: () => ({
        noticeOf: (error) => noticeOfFailure("backfill_failed", error),
        settles: [],
      }),
      run,
    };
    return runTelling(definition, context, { name: "backfill", args: [], options: {} });
  });
}

/** What is told of a command that fails so. */
async function toldOf(error: unknown, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
  await using webhook = startWebhook();
  const run = runWith({ FINPIPE_NOTIFY_URL: webhook.url }, () => Promise.reject(error), { signal });
  await assert.rejects(run, (thrown) => thrown === error);
  return webhook.posted.map(({ json }) => json);
}

Deno.test("wrong usage and another finpipe at work are told to nobody, all other failures are", async () => {
  const untold: ErrorKind[] = ["usage", "locked"];
  for (const kind of Object.keys(EXIT_CODES) as ErrorKind[]) {
    assert.equal(
      (await toldOf(new FinpipeError(kind, "It failed"))).length,
      untold.includes(kind) ? 0 : 1,
      kind,
    );
  }
  assert.equal((await toldOf(new TypeError("a bug"))).length, 1);
});

Deno.test("a stop is told to nobody", async () => {
  const stop = new Interrupted("SIGTERM");
  assert.deepEqual(await toldOf(stop, AbortSignal.abort(stop)), []);
});

Deno.test("the commands of a notice work where finpipe ran", async () => {
  const error = new FinpipeError("data", "It differs", {
    hint: "Run 'finpipe status' to see more",
  });
  const [{ hint }] = await toldOf(error) as [Record<string, unknown>];
  assert.equal(hint, "Run './finpipe --work-dir /data status' to see more");
});

Deno.test("settings of a webhook that are wrong are logged, and are no reason to fail", async () => {
  const { log, lines } = recordingLog("info");
  const env = { FINPIPE_NOTIFY_URL: "hooks.example/topsecret", FINPIPE_NOTIFY_SECRET: "whsec_?" };
  assert.equal(await runWith(env, () => Promise.resolve(), { log }), 0);
  await assert.rejects(
    runWith(env, () => Promise.reject(new FinpipeError("data", "It differs")), { log }),
    { message: "It differs" },
  );
  assert.equal(lines.length, 2);
  assert.match(
    lines[0]!,
    /^error: Nobody will be told of failures\. .*FINPIPE_NOTIFY_URL: it is no URL .*https:.*whsec_ is not/,
  );
  assert.doesNotMatch(lines.join(), /topsecret/);
});
