/**
 * A resident `stream` of a topic that is killed at random moments while messages go on coming, and
 * what it leaves: CI kills a few times, `deno task soak` more often.
 */
import assert from "node:assert/strict";
import { randomOf } from "../../../lib/events/random.ts";
import { assertBalanced, sumOf } from "../topic/books.ts";
import type { LandingPlace } from "../topic/landing.ts";
import { startTraffic } from "../topic/traffic.ts";
import { until } from "../until.ts";
import { messageOf } from "../../../lib/runtime/errors.ts";

export interface KillStreamOptions {
  seed: number;
  kills: number;
  /** Told of each kill. */
  log?: (line: string) => void;
}

/** Milliseconds after its first commit within which a stream is killed. */
const LONGEST_LIFE = 400;
/** Every so many streams are killed before they begin to land, where there is less to hit. */
const EARLY = 3;
/** Milliseconds that a stream takes to begin. */
const BEGINNING = 1200;

/**
 * Kills streams of the place's topic, then lands the rest, and looks into the books.
 *
 * Each stream has a group of its own: a group would wait for the killed one, and a position is the
 * topic's whatever the group.
 *
 * @throws Error that names the seed, and the kills that led to it
 */
export async function killStreams(
  place: LandingPlace,
  { seed, kills, log }: KillStreamOptions,
): Promise<void> {
  const random = randomOf(seed, 0, 0);
  const moment = (longest: number) => Math.round(random.next() / 2 ** 32 * longest);
  const story: string[] = [];
  const tell = (line: string) => {
    story.push(line);
    log?.(line);
  };
  try {
    const traffic = await startTraffic(place, seed);
    for (let kill = 1; kill <= kills; kill++) {
      const before = await messagesRead(place);
      const cli = place.spawn("--group", `${place.topic.group}-${kill}`, "--batch-rows", "40");
      if (kill % EARLY > 0) await until(async () => await messagesRead(place) > before);
      const life = moment(kill % EARLY > 0 ? LONGEST_LIFE : BEGINNING);
      await new Promise((resolve) => setTimeout(resolve, life));
      cli.kill("SIGKILL");
      const { code, stderr } = await cli.result;
      assert.equal(code, 137, `it ended before it was killed: ${stderr}`);
      tell(`killed ${life} ms ${kill % EARLY > 0 ? "after a commit" : "after its start"}`);
    }
    await traffic.stop();
    const { code, stderr } = await place.stream("--batch-rows", "300");
    assert.equal(code, 0, stderr);
    const books = await assertBalanced(place);
    assert.ok(sumOf(books, "duplicates") > 0 && sumOf(books, "rejected") > 0);
  } catch (error) {
    const why = `With FINPIPE_SOAK_SEED=${seed}, after ${story.join(", ") || "no kill"}`;
    throw new Error(`${why}: ${messageOf(error)}`, { cause: error });
  }
}

async function messagesRead(place: LandingPlace): Promise<number> {
  const [row] = await place.query(
    "SELECT coalesce(sum(messages_read), 0) AS read FROM finpipe.source_partitions",
  );
  return Number(row!.read);
}
