/** Two sessions that fill one side table. */
import vertica from "../../../../sql/warehouse/vertica/trial/streams.sql" with { type: "text" };
import type { Group } from "../experiment.ts";
import { same } from "../experiment.ts";

export const STREAMS: Group = {
  name: "streams",
  scripts: { vertica },
  experiments: [
    {
      name: "copy-two-sessions",
      assumed: "Two sessions may COPY into one table before either has committed",
      effect: "copes",
      otherwise:
        "load --streams takes as long as one stream, or is exit 75; without it one session loads",
      steps: ["stream-1", "stream-2", "stream-2-commit", "stream-1-commit", "stream-rows"],
      needs: ["stream-1"],
      judge(seen) {
        seen.rows("stream-2");
        return same(seen.first("stream-rows"), "2");
      },
    },
  ],
};
