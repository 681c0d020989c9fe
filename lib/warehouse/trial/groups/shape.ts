/** What the catalogue says of a table and of one that is made LIKE it. */
import vertica from "../../../../sql/warehouse/vertica/trial/shape.sql" with { type: "text" };
import { type Group, held, notHeld } from "../experiment.ts";
import type { Seen } from "../seen.ts";

const PARTS = ["columns", "partitions", "keys", "projections"];

export const SHAPE: Group = {
  name: "shape",
  scripts: { vertica },
  experiments: [
    {
      name: "shape-compared",
      assumed: "v_catalog describes both tables alike, except for their names",
      effect: "copes",
      otherwise:
        "doctor reports differences between side tables and targets that there are not; load " +
        "and undo do not look at it",
      steps: ["like", ...PARTS.flatMap((part) => [`${part}-target`, `${part}-side`])],
      needs: ["like"],
      judge(seen) {
        const differing = PARTS.filter((part) =>
          shapeOf(seen, part, "target") !== shapeOf(seen, part, "side")
        );
        return differing.length === 0 ? held() : notHeld(
          differing.map((part) =>
            `${shapeOf(seen, part, "target")} instead of ${shapeOf(seen, part, "side")}`
          ).join("; "),
        );
      },
    },
    {
      name: "shape-partitions",
      assumed: "v_catalog has a table's partition clause, and that of its groups",
      effect: "copes",
      otherwise:
        "doctor does not notice a target that is partitioned differently; the swap refuses it",
      steps: ["partitions-target"],
      judge(seen) {
        const [found] = seen.rows("partitions-target");
        const { partition_expression: by, partition_group_expression: groups } = found ?? {};
        return by && groups ? held(`${by}; ${groups}`) : notHeld(`${by}; ${groups}`);
      },
    },
  ],
};

/** Without what is the table's own: its name, and those of its projections. */
function shapeOf(seen: Seen, part: string, table: "target" | "side"): string {
  const rows = seen.rows(`${part}-${table}`).map(({ projection_name: _, ...row }) => row);
  return JSON.stringify(rows).replaceAll(/finpipe_trial_[0-9a-f]{12}_(target|side)/g, "...");
}
