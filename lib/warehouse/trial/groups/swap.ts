/** Days swapped in and back. */
import embedded from "../../../../sql/warehouse/embedded/trial/swap.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/swap.sql" with { type: "text" };
import { type Group, held, notHeld, same } from "../experiment.ts";
import type { Seen } from "../seen.ts";

const BEFORE = ["like", "swap-in"];

export const SWAP: Group = {
  name: "swap",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "side-table",
      assumed: "A table made LIKE the target can be swapped with it",
      effect: "stops",
      otherwise: "load fails with the server's message, and the old day stays",
      steps: BEFORE,
      judge(seen) {
        seen.rows("like");
        seen.rows("swap-in");
        return held();
      },
    },
    {
      name: "swap-empty-day",
      assumed: "A swap into a day that is empty in the target is no error, and brings all rows",
      effect: "stops",
      otherwise: "The first load of a day fails with the server's message: the day stays empty",
      steps: ["swap-in", "target-in"],
      needs: ["like"],
      judge(seen) {
        seen.rows("swap-in");
        return same(amounts(seen, "target-in"), "1 2");
      },
    },
    {
      name: "swap-other-days",
      assumed: "Other days stay, also days that share a container with this one",
      effect: "wrong",
      otherwise: "A load would remove other days; the next load of such a day notices",
      steps: ["swap-in", "other-day"],
      needs: BEFORE,
      judge: (seen) => same(amounts(seen, "other-day"), "8"),
    },
    {
      name: "swap-hash",
      assumed: "The sum of HASH over the day's rows is the same in the side table and, after the " +
        "swap, in the target",
      effect: "stops",
      otherwise:
        "A load that breaks off in its swap counts as one that never happened; load the day " +
        "again",
      steps: ["side-fingerprint", "swap-in", "target-fingerprint"],
      needs: BEFORE,
      judge: (seen) => same(seen.first("target-fingerprint"), seen.first("side-fingerprint")),
    },
    {
      name: "swap-commits",
      assumed: "A swap commits the transaction that it is called in",
      effect: "copes",
      otherwise: "finpipe commits after it, and later finds out from the tables whether the swap " +
        "happened",
      steps: ["mark", "swap-rolled-back", "rollback", "target-rolled-back", "marks"],
      needs: [...BEFORE, "mark"],
      judge(seen) {
        seen.rows("swap-rolled-back");
        const mark = seen.first("marks") === "1" ? "committed" : "rolled back";
        if (amounts(seen, "target-rolled-back") !== "4") {
          return notHeld(`ROLLBACK undid it; what was before it is ${mark}`);
        }
        return mark === "committed"
          ? held()
          : notHeld("it commits itself, but not what was before it");
      },
    },
    {
      name: "swap-whole",
      assumed: "A swap is rolled back on both sides, or on neither",
      effect: "wrong",
      otherwise: "A day could be lost between the two tables",
      steps: ["swap-rolled-back", "target-rolled-back", "side-rolled-back"],
      needs: [...BEFORE, "swap-rolled-back"],
      judge(seen) {
        const both = `${amounts(seen, "target-rolled-back")} | ${
          amounts(seen, "side-rolled-back")
        }`;
        return both === "4 | 1 2" || both === "1 2 | 4" ? held() : notHeld(both);
      },
    },
    {
      name: "swap-rollback",
      assumed: "ROLLBACK undoes a load's change of partitions",
      effect: "wrong",
      otherwise: "A load that fails in its last transaction could leave a hole",
      steps: ["swap-rolled-back", "rollback", "target-after-rollback"],
      needs: [...BEFORE, "swap-rolled-back"],
      judge: (seen) => same(amounts(seen, "target-after-rollback"), "1 2"),
    },
    {
      name: "swap-day",
      assumed: "A swap with a day that has rows exchanges the two",
      effect: "wrong",
      otherwise:
        "The day would not be what was loaded; its next load notices by the rows and the total",
      steps: ["swap-day", "target-day", "side-day"],
      needs: BEFORE,
      judge: (seen) => exchanged(seen, "swap-day", "day"),
    },
    {
      name: "swap-back",
      assumed: "A second swap restores both",
      effect: "wrong",
      otherwise: "The day would not be what it was before; its next load notices",
      steps: ["swap-back", "target-back", "side-back"],
      needs: [...BEFORE, "swap-day"],
      judge: (seen) => exchanged(seen, "swap-back", "back"),
    },
    {
      name: "swap-empty-side",
      assumed:
        "A swap with a side table in which the day is empty is no error, and empties the day",
      effect: "stops",
      otherwise: "A load of an empty file fails with the server's message, and the old day stays",
      steps: ["like-empty", "swap-empty", "target-empty"],
      needs: [...BEFORE, "like-empty"],
      judge(seen) {
        seen.rows("swap-empty");
        return same(amounts(seen, "target-empty"), "");
      },
    },
    {
      name: "swap-foreign-key",
      assumed: "A table made LIKE one that has a foreign key can be swapped with it",
      effect: "stops",
      otherwise: "dwh fails with the server's message, and the old facts stay",
      steps: ["like-keys", "swap-keys", "swap-keys-commit", "keys-in"],
      judge: (seen) => same(seen.first("keys-in"), "1"),
    },
  ],
};

function amounts(seen: Seen, step: string): string {
  return seen.rows(step).map(({ amount }) => amount).join(" ");
}

/** Both sides hold what the other held before. */
function exchanged(seen: Seen, swap: string, after: "day" | "back") {
  seen.rows(swap);
  const now = [amounts(seen, `target-${after}`), amounts(seen, `side-${after}`)];
  const before = seen.engine === "embedded"
    ? { day: ["1 2", "4"], back: ["4", "1 2"] }[after]
    : after === "day"
    ? [amounts(seen, "target-rolled-back"), amounts(seen, "side-rolled-back")]
    : [amounts(seen, "target-day"), amounts(seen, "side-day")];
  return same(now.join(" | "), before.toReversed().join(" | "));
}
