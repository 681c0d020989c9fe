/** How numbers, times and texts behave that the fingerprint, the core and the mart stand on. */
import embedded from "../../../../sql/warehouse/embedded/trial/values.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/values.sql" with { type: "text" };
import { type Group, held, notHeld, same } from "../experiment.ts";
import type { Seen } from "../seen.ts";

export const VALUES: Group = {
  name: "values",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "sum-exact",
      assumed: "A sum of NUMERIC(38, 0) is exact beyond 64 bits",
      effect: "wrong",
      otherwise: "Control totals and the mart's sums could overflow silently",
      steps: ["sum"],
      judge: (seen) => same(decimals(seen, "sum"), "18446744073709551614"),
    },
    {
      name: "product-exact",
      assumed: "A product of NUMERICs keeps all its digits",
      effect: "wrong",
      otherwise: "Amounts of the mart would be off by cents",
      steps: ["product"],
      judge: (seen) => same(decimals(seen, "product"), "1524156776406045677640604567.76"),
    },
    {
      name: "round-half",
      assumed: "ROUND rounds a half away from zero",
      effect: "wrong",
      otherwise: "The mart's cents would differ from those of the embedded warehouse",
      steps: ["round"],
      judge: (seen) => same(decimals(seen, "round"), "1.01 3 1 -1.01"),
    },
    {
      name: "round-below-zero",
      assumed: "ROUND does so for negative numbers, too",
      effect: "copes",
      otherwise: "The mart rounds the absolute value, and adds the sign",
      steps: ["round-below-zero"],
      judge: (seen) => same(decimals(seen, "round-below-zero"), "-1.01"),
    },
    {
      name: "quotient",
      assumed: "A quotient of a NUMERIC(38, 20) has enough digits to round to four",
      effect: "wrong",
      otherwise: "The mart's averages per account would be off in their last digit",
      steps: ["quotient"],
      judge: (seen) => same(decimals(seen, "quotient"), "0.3333 0.6667 1.2346 0.1234"),
    },
    {
      name: "day-border",
      assumed: "The last microsecond belongs to the day, and midnight to the next day",
      effect: "wrong",
      otherwise: "Rows at midnight would count for another day, or for none",
      steps: ["day"],
      judge: (seen) => same(seen.first("day"), "1,0"),
    },
    {
      name: "empty-string",
      assumed: "An empty string is not NULL",
      effect: "wrong",
      otherwise: "Rows with empty strings would be refused, or not be counted",
      steps: ["empty"],
      judge: (seen) => same(seen.first("empty"), "0,''"),
    },
    {
      name: "text-exact",
      assumed: "Texts with a full stop behind them are equal only if their bytes are",
      effect: "wrong",
      otherwise: "Two countries, statuses or types could be one member of the core",
      steps: ["texts"],
      judge: (seen) => same(seen.first("texts"), "0,0,0,1"),
    },
    {
      name: "trailing-spaces",
      assumed: "Trailing spaces of a VARCHAR count when texts are compared",
      effect: "copes",
      otherwise: "Nothing: the core compares texts with a full stop behind them",
      steps: ["trailing-spaces"],
      judge: (seen) => same(seen.first("trailing-spaces"), "0"),
    },
    {
      name: "null-order",
      assumed: "Vertica sorts NULL as the smallest number, PostgreSQL as the greatest",
      effect: "copes",
      otherwise: "Nothing: no column is ever NULL, and no query sorts one that could be",
      steps: ["nulls"],
      judge: (seen) => same(places(seen, "nulls"), seen.engine === "vertica" ? "3 1 2" : "1 2 3"),
    },
    {
      name: "uuid-order",
      assumed: "UUIDs are sorted like their texts",
      effect: "copes",
      otherwise: "Nothing: where the greatest counts, their texts are compared",
      steps: ["uuids"],
      judge: (seen) => same(places(seen, "uuids"), "1 2 3"),
    },
    {
      name: "uuid-text",
      assumed: "The text of a UUID is in lower case, and is sorted by its characters",
      effect: "wrong",
      otherwise: "Of two rates with the same times, another one could count than on the embedded " +
        "warehouse",
      steps: ["uuid-texts"],
      judge(seen) {
        const letters = seen.rows("uuid-texts").map(({ id_text }) => id_text?.slice(0, 2)).join(
          " ",
        );
        return letters === "0a 90 f0" ? held() : notHeld(letters);
      },
    },
  ],
};

/** The values of the first row, without the zeros that a scale adds. */
function decimals(seen: Seen, step: string): string {
  const [row] = seen.rows(step);
  return Object.values(row ?? {}).map((value) =>
    (value ?? "NULL").replace(/^(-?\d+\.\d*?)0*$/, "$1").replace(/\.$/, "")
  ).join(" ");
}

function places(seen: Seen, step: string): string {
  return seen.rows(step).map(({ place }) => place).join(" ");
}
