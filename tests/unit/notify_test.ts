/** Notices: what is posted, its signature, what is told again, and what a webhook does wrong. */
import assert from "node:assert/strict";
import { Webhook as Judge } from "standardwebhooks";
import { type Notice, noticeJson, noticeOfFailure } from "../../lib/notify/notice.ts";
import { Notifier, type NotifierOptions } from "../../lib/notify/notifier.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { inFolder } from "../support/folder.ts";
import { recordingLog } from "../support/logs.ts";
import { startWebhook, type Webhook } from "../support/network/webhook.ts";

const SECRET = new TextEncoder().encode("a secret of thirty-two characters");
const NOTICE: Notice = {
  event: "backfill_failed",
  key: "2022-10-02",
  message: "Run date 2022-10-02 (partition 2022-10-01), step load: PostgreSQL is away",
  hint: "Continue with 'finpipe backfill 2022-10-02'",
  exitCode: 69,
};

interface Place {
  webhook: Webhook;
  clock: { now: Temporal.Instant };
  delays: number[];
  lines: readonly string[];
  /** As a process that is started again. */
  start(options?: Partial<NotifierOptions>): Notifier;
}

function placeTest(name: string, test: (place: Place) => Promise<void>): void {
  Deno.test(name, () =>
    inFolder(async (folder) => {
      await using webhook = startWebhook();
      const clock = { now: Temporal.Instant.from("2022-10-02T03:00:00.5Z") };
      const delays: number[] = [];
      const { log, lines } = recordingLog("debug");
      const deps = {
        now: () => clock.now,
        log,
        delay: (time: number) => Promise.resolve(void delays.push(time)),
      };
      const start = (options: Partial<NotifierOptions> = {}) =>
        new Notifier({
          settings: { url: new URL(webhook.url), secret: undefined },
          name: "backfill",
          command: "finpipe backfill today",
          host: "batch-1",
          version: "0.1.0",
          workDir: `${folder}/work`,
          ...options,
        }, deps);
      await test({ webhook, clock, delays, lines, start });
    }));
}

placeTest("a notice is one POST of JSON, with a text for chats", async ({ webhook, start }) => {
  await start().tell(NOTICE);
  const [{ method, path, headers, json }] = webhook.posted as [Webhook["posted"][0]];
  assert.deepEqual([method, path], ["POST", "/services/T0/B0/topsecret"]);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("webhook-signature"), null);
  assert.deepEqual(json, {
    text: "'finpipe backfill today' on batch-1 (exit code 69): Run date 2022-10-02 (partition " +
      "2022-10-01), step load: PostgreSQL is away\nContinue with 'finpipe backfill 2022-10-02'",
    event: "backfill_failed",
    command: "finpipe backfill today",
    host: "batch-1",
    at: "2022-10-02T03:00:00.5Z",
    version: "0.1.0",
    message: NOTICE.message,
    hint: NOTICE.hint,
    exit_code: 69,
  });
});

placeTest("with a secret it is signed as others verify it", async ({ webhook, clock, start }) => {
  clock.now = Temporal.Now.instant();
  await start({ settings: { url: new URL(webhook.url), secret: SECRET } }).tell(NOTICE);
  const [{ headers, body }] = webhook.posted as [Webhook["posted"][0]];
  const judge = new Judge(SECRET.toBase64());
  const given = Object.fromEntries(headers);
  judge.verify(body, given);
  assert.throws(() => judge.verify(body.replace("69", "68"), given));
  assert.throws(() => judge.verify(body, { ...given, "webhook-timestamp": "1" }));
});

placeTest("the same is told once a night, whatever is started again", async (place) => {
  const { webhook, clock, start } = place;
  await start().tell(NOTICE);
  await start().tell(NOTICE);
  assert.equal(webhook.posted.length, 1);
  await start().tell({ ...NOTICE, key: "2022-10-03" });
  await start().tell({ ...NOTICE, event: "days_stale" });
  await start({ name: "audit" }).tell(NOTICE);
  assert.equal(webhook.posted.length, 4);
  clock.now = clock.now.add({ hours: 19, minutes: 59 });
  await start().tell(NOTICE);
  assert.equal(webhook.posted.length, 4);
  clock.now = clock.now.add({ minutes: 1 });
  await start().tell(NOTICE);
  assert.equal(webhook.posted.length, 5);
});

placeTest("what is over is news when it comes again", async ({ webhook, start }) => {
  const stale = { ...NOTICE, event: "days_stale" } as const;
  await start().tell(NOTICE);
  await start().tell(stale);
  await start({ name: "audit" }).settle(["backfill_failed"]);
  await start().settle(["audit_failed"]);
  await start().tell(NOTICE);
  assert.equal(webhook.posted.length, 2);
  await start().settle(["backfill_failed"]);
  await start().tell(NOTICE);
  await start().tell(stale);
  assert.equal(webhook.posted.length, 3);
});

placeTest("what may pass is tried three times, as one message", async (place) => {
  const { webhook, delays, lines, start } = place;
  webhook.answers.push(503, 429);
  await start({ settings: { url: new URL(webhook.url), secret: SECRET } }).tell(NOTICE);
  assert.equal(new Set(webhook.posted.map(({ headers }) => headers.get("webhook-id"))).size, 1);
  assert.deepEqual([webhook.posted.length, delays], [3, [1000, 2000]]);
  webhook.answers.push(500, 500, 500);
  await start({ name: "audit" }).tell(NOTICE);
  assert.equal(webhook.posted.length, 6);
  assert.match(lines.join("\n"), /warn: Could not tell anybody .*127.0.0.1:\d+\): it answered 500/);
  // It was not told, so it is tried again by the next process.
  await start({ name: "audit" }).tell(NOTICE);
  assert.equal(webhook.posted.length, 7);
});

placeTest("what will not pass is tried once: a refusal, a redirect", async (place) => {
  const { webhook, lines, start } = place;
  for (const status of [403, 404, 302]) {
    webhook.answers.push(status);
    await start().tell({ ...NOTICE, key: String(status) });
    assert.match(lines.join("\n"), new RegExp(`it answered ${status}`));
  }
  assert.equal(webhook.posted.length, 3);
});

placeTest("a webhook that is away is no failure, and its URL is not logged", async (place) => {
  const { webhook, lines, start } = place;
  await webhook[Symbol.asyncDispose]();
  await start().tell(NOTICE);
  const text = lines.join("\n");
  assert.match(
    text,
    /Could not tell anybody at FINPIPE_NOTIFY_URL \(127\.0\.0\.1:\d+\): Connection/,
  );
  assert.doesNotMatch(text, /topsecret/);
});

placeTest("where nothing can be remembered it is told again", async ({ webhook, start }) => {
  const workDir = "/dev/null/work";
  await start({ workDir }).tell(NOTICE);
  await start({ workDir }).tell(NOTICE);
  await start({ workDir }).settle(["backfill_failed"]);
  assert.equal(webhook.posted.length, 2);
});

Deno.test("what was told is kept for finpipe's user alone, and a broken file tells again", () =>
  inFolder(async (folder) => {
    await using webhook = startWebhook();
    const start = () =>
      new Notifier({
        settings: { url: new URL(webhook.url), secret: undefined },
        name: "backfill",
        command: "finpipe backfill",
        host: "h",
        version: "1",
        workDir: folder,
      }, { now: () => Temporal.Now.instant(), log: recordingLog("info").log });
    const path = `${folder}/notices.json`;
    await start().tell(NOTICE);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    for (const broken of ["{", "[]", '{"a": 1}', '{"a": "yesterday"}']) {
      await Deno.writeTextFile(path, broken);
      await start().tell(NOTICE);
    }
    assert.equal(webhook.posted.length, 5);
  }));

Deno.test("mentions and control characters stay text", () => {
  const origin = {
    host: "h",
    command: "finpipe stream",
    at: Temporal.Instant.from("2022-10-02T03:00:00Z"),
    version: "1",
  };
  const message = "topic <!channel> & \u001b[2J\u009b";
  const { text } = JSON.parse(noticeJson({ event: "lost_range", key: "", message }, origin));
  assert.equal(
    text,
    "'finpipe stream' on h: topic &lt;!channel&gt; &amp; \\u001b[2J\\u009b",
  );
});

Deno.test("an unexpected error may quote a row, and is not quoted", () => {
  const notice = noticeOfFailure("backfill_failed", new TypeError("account 1001"));
  assert.doesNotMatch(JSON.stringify(notice), /1001/);
  assert.equal(notice.exitCode, 1);
  const known = new FinpipeError("data", "Totals differ", { hint: "Load again" });
  assert.deepEqual(noticeOfFailure("backfill_failed", known), {
    event: "backfill_failed",
    key: "Totals differ",
    message: "Totals differ",
    hint: "Load again",
    exitCode: 4,
  });
});
