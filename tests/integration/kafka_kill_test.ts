/** Kill -9 of a stream of a topic at random moments: tests/long/ and `deno task soak` do more of it. */
import { chooseSeed } from "../support/kill/chain.ts";
import { killStreams } from "../support/kill/stream.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";

await topicTest(
  "a stream that is killed three times lands each message in one place",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 3 });
    await killStreams(place, { seed: chooseSeed(), kills: 3 });
  },
);
