/** finpipe talks to the servers that it is configured for, and to nobody else: no telemetry. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { askedHosts } from "../support/network/asked_hosts.ts";
import { startWebhook } from "../support/network/webhook.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";
import { startVerticaServer } from "../vertica-server/server.ts";

Deno.test("the embedded pipeline asks no host for anything", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    const { code, hosts, stderr } = await askedHosts(["demo"], { cwd });
    assert.equal(code, 0, stderr);
    assert.deepEqual(hosts, []);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("a failure is told to the webhook that is set, and to nobody else", async () => {
  await using webhook = await startWebhook();
  const workDir = await Deno.makeTempDir();
  try {
    const env = { FINPIPE_WORK_DIR: workDir, FINPIPE_NOTIFY_URL: webhook.url };
    const missing = join(workDir, "none.jsonl");
    const { code, hosts } = await askedHosts(["stream", "--source", missing], { env });
    assert.notEqual(code, 0);
    assert.deepEqual(hosts, [webhook.url]);
    assert.equal(webhook.posted.length, 1);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

await topicTest("from Kafka to the mart only the servers that are set are asked", async (t) => {
  await using place = await landingPlace(t);
  await using vertica = await startVerticaServer();
  await place.emit("--dates", "2022-10-01", "--operations-per-day", "20");
  const env = { ...place.env, FINPIPE_VERTICA_URL: vertica.url };
  const set = [place.topic.brokers, new URL(place.url).host, new URL(vertica.url).host];
  for (
    const args of [
      ["init"],
      ["doctor"],
      ["stream", "--until-end"],
      ["backfill", "2022-10-02"],
      ["audit", "2022-10-01"],
      ["report", "--format", "html"],
    ]
  ) {
    const { code, hosts, stderr } = await askedHosts(args, { env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(hosts.filter((host) => !set.includes(host)), [], args.join(" "));
    assert.ok(hosts.length > 0, args.join(" "));
  }
});
