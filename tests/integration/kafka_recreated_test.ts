/** A topic that was deleted and made anew under its name: what is told, and how it goes on. */
import assert from "node:assert/strict";
import { produce } from "../support/kafka/messages.ts";
import { rateMessage } from "../support/events/messages.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { type LandingPlace, landingPlace, topicTest } from "../support/topic/landing.ts";
import { until } from "../support/until.ts";
import {
  assertDone,
  deleteBefore,
  landedPart,
  positions,
  recreate,
  send,
  stalledLanding,
} from "../support/topic/log_changes.ts";

await topicTest(
  "a topic that was recreated is exit 4; --from goes on in the new one",
  async (t) => {
    await using place = await landedPart(t, { partitions: 3 });
    assertDone(await place.stream());
    // With one partition of its three.
    await recreate(place);
    await send(place, 3);
    const { code, stderr } = await place.stream();
    assert.equal(code, 4, stderr);
    assert.match(
      stderr,
      /partition 0 ends at 3, before the stored position 10: the topic was recreated/,
    );
    assert.match(stderr, /continue with --from 0:0/);
    assertDone(await place.stream("--from", "0:0"));
    assert.deepEqual(await positions(place), [[3, 13], [10, 10], [10, 10]]);
    const [row] = await place.query(
      "SELECT cause, from_offset, to_offset FROM finpipe.lost_ranges",
    );
    assert.deepEqual(Object.values(row!), ["recreated", "3", "10"]);

    // The two that are gone are seen, and the command that is named takes them out.
    const { topic } = place.topic;
    const cli = (...args: string[]) => runCli(args, { env: place.env });
    const names = `${topic}:1 ${topic}:2`;
    const doctor = () => cli("doctor", "--retry-for", "0s");
    assert.match((await doctor()).stdout, new RegExp(`'finpipe source retire ${names}'`));
    assertDone(await cli("source", "retire", ...names.split(" ")));
    assert.match(
      (await doctor()).stdout,
      /^ok +staging: sources: every partition is read, or retired/m,
    );
  },
);

await topicTest("a topic that is recreated during a run is exit 4", async (t) => {
  await using place = await landedPart(t);
  assertDone(await place.stream());
  const landing = place.land({ untilEnd: false });
  const { landers, consumer } = await landing.state;
  await until(() => consumer.isReady);
  const [clock] = await place.query("SELECT now() AT TIME ZONE 'UTC' AS now");
  await recreate(place);
  await landers.askEnds();
  await assert.rejects(landing.totals, {
    kind: "data",
    message: /partition 0 ends at 0, before the stored position 10: the topic was recreated/,
  });
  assert.deepEqual(await positions(place), [[10, 10]]);
  // All of the new topic is unread.
  const [row] = await place.query("SELECT end_seen_at FROM finpipe.source_partitions");
  assert.ok(row!.end_seen_at! < clock!.now!, `${row!.end_seen_at} is after ${clock!.now}`);
});

/** The topic's id as it stands beside the positions. */
async function storedId(place: LandingPlace): Promise<string | null> {
  const [row] = await place.query("SELECT topic_id FROM finpipe.source_partitions");
  return row!.topic_id!;
}

await topicTest(
  "a topic that is recreated longer, within a moment, is exit 4, resident and at a start",
  async (t) => {
    await using place = await landedPart(t);
    assertDone(await place.stream());
    const id = await storedId(place);
    assert.match(id ?? "none", /^[\w-]{22}$/);
    const landing = place.land({ untilEnd: false, linger: "20ms" });
    const { consumer } = await landing.state;
    await until(() => consumer.isReady);
    await recreate(place);
    await send(place, 30);
    const lost = /partition 0: the topic was recreated: the stored position 10 belongs to the old/;
    await assert.rejects(landing.totals, { kind: "data", message: lost });
    const { code, stderr } = await place.stream();
    assert.equal(code, 4, stderr);
    assert.match(stderr, lost);
    assert.deepEqual(await positions(place), [[10, 10]]);

    assertDone(await place.stream("--from", "0:0"));
    assert.deepEqual(await positions(place), [[30, 40]]);
    assert.notEqual(await storedId(place), id);
    const [row] = await place.query(
      `SELECT cause, from_offset, to_offset, went_on_at, lost_ranges.topic_id = source_partitions.topic_id
       FROM finpipe.lost_ranges, finpipe.source_partitions`,
    );
    assert.deepEqual(Object.values(row!), ["recreated", "10", "10", "0", "t"]);
    assertDone(await place.stream());
  },
);

await topicTest(
  "all that was fetched before a topic was recreated is landed, and nothing after",
  async (t) => {
    await using place = await landingPlace(t);
    const { landing, release } = await stalledLanding(place);
    const { landers } = await landing.state;
    // What is fetched at the same offset of the new topic has to be noticed as it comes.
    landers.askEnds = () => Promise.resolve();
    await recreate(place);
    await send(place, 30);
    await release();
    await assert.rejects(landing.totals, {
      kind: "data",
      message: /partition 0: the topic was recreated: the stored position 8 belongs to the old/,
    });
    assert.deepEqual(await positions(place), [[8, 8]]);
  },
);

await topicTest("a position from before ids takes the one that it sees first", async (t) => {
  await using place = await landedPart(t);
  await place.query("UPDATE finpipe.source_partitions SET topic_id = NULL");
  assertDone(await place.stream());
  assert.deepEqual(await positions(place), [[10, 10]]);
  assert.match(await storedId(place) ?? "none", /^[\w-]{22}$/);
});

await topicTest(
  "the window stays across a lost range, and across a topic that was recreated",
  async (t) => {
    await using place = await landingPlace(t);
    const texts = Array.from({ length: 20 }, () => new TextEncoder().encode(rateMessage()));
    await produce(place.topic, texts);
    assertDone(await place.stream());
    await send(place, 30);
    await deleteBefore(place, 40);
    assertDone(await place.stream("--from", "0:40"));
    await produce(place.topic, texts);
    const again = await place.stream();
    assertDone(again);
    assert.equal(JSON.parse(again.stdout).duplicates, 20);

    await recreate(place);
    await produce(place.topic, texts.slice(0, 10));
    await send(place, 2);
    const recreated = await place.stream("--from", "0:0");
    assertDone(recreated);
    assert.equal(JSON.parse(recreated.stdout).duplicates, 10);
    // Also once it is rebuilt from both topics.
    await produce(place.topic, texts);
    const rebuilt = await place.stream();
    assertDone(rebuilt);
    assert.equal(JSON.parse(rebuilt.stdout).duplicates, 20);
    assert.deepEqual(await positions(place), [[32, 20 + 10 + 20 + 12 + 20]]);
  },
);
