/** What an operator sees of a stream: health, readiness and figures, also while PostgreSQL is away. */
import assert from "node:assert/strict";
import { produce } from "../support/kafka/messages.ts";
import { rateMessage, transactionMessage } from "../support/events/messages.ts";
import { freePort } from "../support/network/ports.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { assertBalanced } from "../support/topic/books.ts";
import { landingPlace, topicTest, untilRead } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { watcher } from "../support/topic/watcher.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

await topicTest("the figures are those of the messages, and of each partition", async (t) => {
  await using place = await landingPlace(t, {
    partitions: 2,
    config: { "retention.ms": "3600000" },
  });
  const transaction = transactionMessage();
  const rate = rateMessage({}, { sent_dttm: "2022-10-01T12:00:00" });
  const values = [transaction, transaction, rate, "no JSON", "{}"].map(bytes);
  await produce(place.topic, [...values, null]);
  await produce(place.topic, [bytes(transactionMessage())], { partition: 1 });
  const port = freePort();
  const stream = place.start("--metrics-port", String(port), "--linger", "10ms");
  const watch = watcher(port);
  await watch.until("/readyz", 200);
  await untilRead(place);
  assert.deepEqual(await watch.get("/healthz"), { status: 200, text: "ok\n" });
  assert.equal((await watch.get("/")).status, 404);
  const figures = await watch.figures();
  const { topic } = place.topic;
  for (
    const [name, value] of [
      ["finpipe_messages_read_total", 7],
      [`finpipe_messages_landed_total{dataset="transactions"}`, 2],
      [`finpipe_messages_landed_total{dataset="currencies"}`, 1],
      ["finpipe_messages_duplicate_total", 1],
      [`finpipe_messages_rejected_total{reason="not_json"}`, 1],
      [`finpipe_messages_rejected_total{reason="missing_field"}`, 1],
      [`finpipe_messages_rejected_total{reason="empty"}`, 1],
      [`finpipe_messages_rejected_total{reason="bad_text"}`, 0],
      [`finpipe_lag_messages{topic="${topic}",partition="0"}`, 0],
      [`finpipe_lag_messages{topic="${topic}",partition="1"}`, 0],
      [`finpipe_retention_left_seconds{topic="${topic}",partition="1"}`, 3600],
      [`finpipe_window_versions{topic="${topic}",partition="0"}`, 2],
    ] as const
  ) assert.equal(figures.get(name), value, name);
  const batches = figures.get("finpipe_batches_total")!;
  assert.ok(batches >= 2);
  assert.equal(figures.get("finpipe_batch_duration_seconds_count"), batches);
  const at = figures.get(`finpipe_last_commit_timestamp_seconds{topic="${topic}",partition="0"}`)!;
  assert.ok(Math.abs(at - Date.now() / 1000) < 60);
  assert.equal((await stream.stop()).code, 0);
});

await topicTest(
  "while PostgreSQL is away a stream is alive, not ready, and loses nothing",
  async (t) => {
    await using server = await startPostgres();
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-watch-" });
    const env = { FINPIPE_PG_URL: server.url, FINPIPE_WORK_DIR: workDir };
    assert.equal((await runCli(["init"], { env })).code, 0);
    await Deno.remove(workDir, { recursive: true });
    const before = await landingPlace(t, { partitions: 2, url: server.url });
    // Its session would not survive the server's restarts.
    await before.session.close();
    const traffic = await startTraffic(before);
    const port = freePort();
    const stream = before.start("--metrics-port", String(port), "--batch-rows", "50");
    const watch = watcher(port);
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      await watch.until("/readyz", 200);
      await traffic.more(200);
      await server.stop(signal);
      await watch.until("/readyz", 503);
      assert.match((await watch.get("/readyz")).text, /^Cannot reach PostgreSQL at /);
      assert.equal((await watch.get("/healthz")).status, 200);
      await traffic.more(200);
      await server.start();
    }
    await watch.until("/readyz", 200);
    await traffic.stop();
    await using after = await before.reopen();
    await untilRead(after);
    const { code, stderr } = await stream.stop();
    assert.equal(code, 0, stderr);
    await assertBalanced(after);
  },
);
