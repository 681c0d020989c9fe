/** Locks by which one load, and one mart, keeps others out. */
import vertica from "../../../../sql/warehouse/vertica/trial/locks.sql" with { type: "text" };
import { type Group, held, notHeld, type Verdict } from "../experiment.ts";
import { failureText, type Seen } from "../seen.ts";

export const LOCKS: Group = {
  name: "locks",
  scripts: { vertica },
  experiments: [
    {
      name: "lock-nowait",
      assumed: "With NOWAIT, a second X lock on a table fails at once with SQLSTATE 55V03",
      effect: "stops",
      otherwise:
        "Two loads of a dataset could run side by side, or the second ends with exit 1, not 75",
      steps: ["lock-1", "lock-2"],
      needs: ["lock-1"],
      judge: (seen) => refused(seen, "lock-2"),
    },
    {
      name: "lock-freed",
      assumed: "The end of a transaction frees its lock",
      effect: "stops",
      otherwise: "Every load after the first is exit 75 until a DBA closes the session",
      steps: ["lock-1-rollback", "lock-again"],
      needs: ["lock-1"],
      judge(seen) {
        seen.rows("lock-again");
        return held();
      },
    },
    {
      name: "lock-share",
      assumed: "Two S locks may be held at once, and keep out O, the lock of a swap",
      effect: "stops",
      otherwise: "A day could be swapped in between the two INSERTs of its mart",
      steps: ["share-1", "share-2", "owner-2"],
      needs: ["share-1"],
      judge(seen) {
        seen.rows("share-2");
        return refused(seen, "owner-2");
      },
    },
  ],
};

function refused(seen: Seen, step: string): Verdict {
  const failure = seen.failure(step);
  if (failure === undefined) return notHeld("the lock was given", "wrong");
  const text = failureText(failure);
  return failure.sqlState === "55V03" ? held(text) : notHeld(text);
}
