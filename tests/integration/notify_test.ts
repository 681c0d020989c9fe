/** What somebody is told of a night: a failure, days that are stale, books that do not balance, a stream. */
import assert from "node:assert/strict";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { inFolder } from "../support/folder.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { startWebhook, type Webhook } from "../support/network/webhook.ts";

const NOW = Temporal.Instant.from("2022-10-06T03:00:00Z");

interface Place {
  folder: string;
  webhook: Webhook;
  /** Runs finpipe, and sees how it ends. */
  run(code: number, args: readonly string[], stdin?: string): Promise<string>;
  /** What was posted since the last call. */
  told(): Record<string, unknown>[];
}

function notifyTest(name: string, test: (place: Place) => Promise<void>): void {
  Deno.test({
    name,
    fn: () =>
      inFolder(async (folder) => {
        await using webhook = startWebhook();
        const env = {
          FINPIPE_WORK_DIR: `${folder}/data`,
          FINPIPE_NOTIFY_URL: webhook.url,
          FINPIPE_LOG_FORMAT: "text",
        };
        await test({
          folder,
          webhook,
          async run(code, args, stdin) {
            const result = await runCli(args, { env, now: NOW, ...(stdin ? { stdin } : {}) });
            assert.equal(result.code, code, result.stderr);
            assert.doesNotMatch(result.stderr, /topsecret/);
            return result.stderr;
          },
          told: () => webhook.posted.splice(0).map(({ json }) => json),
        });
      }),
    ...EMBEDDED_TIMERS,
  });
}

/** A transaction and the dollar rate of its currency on a day; `n` tells days apart. */
function dayOf(day: string, n: number): string {
  const id = `00000000-0000-4000-8000-00000000000${n}`;
  return jsonl(
    transactionMessage(
      { operation_id: id, transaction_dt: `${day} 10:00:00` },
      { object_id: id, sent_dttm: `${day}T10:00:00` },
    ),
    rateMessage({ date_update: `${day} 09:00:00` }, { sent_dttm: `${day}T09:00:00` }),
  );
}

notifyTest(
  "days that are stale after a night are told, and so are books that differ",
  async (place) => {
    const { run, told } = place;
    await run(0, ["stream", "--source", "-"], dayOf("2022-10-01", 1) + dayOf("2022-10-02", 2));
    await run(0, ["backfill", "2022-10-02..2022-10-03"]);
    assert.deepEqual(told(), []);

    await run(0, ["stream", "--source", "-"], dayOf("2022-10-01", 3));
    await run(0, ["backfill", "2022-10-03"]);
    const [stale, ...others] = told();
    assert.deepEqual(others, []);
    assert.equal(stale!.event, "days_stale");
    assert.equal(stale!.message, "1 day is stale: 2022-10-01");
    assert.equal(stale!.exit_code, null);

    await run(4, ["audit"]);
    const [differs, ...more] = told();
    assert.deepEqual(more, []);
    assert.equal(differs!.event, "audit_differences");
    assert.match(String(differs!.message), /^The books do not balance: .* on 1 day: 2022-10-01 /);
  },
);

notifyTest("settings that are wrong are told, and usage is not", async ({ run, told, folder }) => {
  await run(3, ["backfill", "2022-10-02", "--engine", "remote"]);
  await run(3, ["backfill", "2022-10-02", "--engine", "remote"]);
  const [failed, ...others] = told();
  assert.deepEqual(others, []);
  assert.equal(failed!.event, "backfill_failed");
  assert.equal(failed!.exit_code, 3);
  assert.equal(failed!.command, "finpipe backfill 2022-10-02");
  await run(2, ["backfill", "2022-13-02"]);
  await run(2, ["backfill"]);
  await run(3, ["backfill", "2022-10-02", "--engine", "remote", "--dry-run"]);
  await run(3, ["report", "--engine", "remote"]);
  await run(3, ["audit"]);
  assert.deepEqual(told().map(({ event }) => event), ["audit_failed"]);
  await Deno.writeTextFile(`${folder}/events.jsonl`, "");
  await run(1, ["stream", "--source", `${folder}/absent.jsonl`]);
  assert.deepEqual(told().map(({ event }) => event), ["stream_failed"]);
});

notifyTest("a stream that rejects too much tells it once, whatever comes", async (place) => {
  const { run, told } = place;
  const args = ["stream", "--source", "-", "--max-rejected-share", "1%"];
  await run(4, args, "garbage\n");
  await run(4, args, "more\ngarbage\n");
  const [rejected, ...others] = told();
  assert.deepEqual(others, []);
  assert.equal(rejected!.event, "rejected_share");
  assert.match(String(rejected!.message), /^Rejected 1 of 1 message, more than the share of 0\.01/);
});

notifyTest("a webhook that refuses is no reason to fail", async ({ run, webhook }) => {
  webhook.answers.push(403);
  const stderr = await run(4, ["stream", "--source", "-", "--max-rejected-share", "0"], "x\n");
  assert.match(stderr, /warn: Could not tell anybody .*: it answered 403/);
});
