/** The dimensions of the core, over all days. */
import type { DimensionLink, Finding } from "../difference.ts";

/** A dimension has each member once, and says of it what it is. */
export const DIMENSION_LINKS: readonly DimensionLink[] = [
  {
    name: "core_members",
    sides: ["rows of the dimension", "members, each once, that say what they are"],
    find({ dimension, rows, keys, members, other }) {
      const once = Math.min(keys, members);
      const found: Omit<Finding, "currency">[] = [];
      if (once !== rows) {
        const cause = `${dimension} has a member twice: rows were added or changed by hand`;
        found.push({ left: rows, right: once, cause });
      }
      if (other > 0) {
        const cause = `values of ${dimension} were changed by hand`;
        found.push({ left: rows, right: rows - other, cause });
      }
      return found;
    },
  },
];
