/** Kill -9 of a stream of a topic at random moments: `deno task soak` does more of the same. */
import { chooseSeed } from "../support/kill/chain.ts";
import { killStreams } from "../support/kill/stream.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";

await topicTest("a stream that is killed six times lands each message in one place", async (t) => {
  await using place = await landingPlace(t, { partitions: 3 });
  await killStreams(place, { seed: chooseSeed(), kills: 6 });
});
