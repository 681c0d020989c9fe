/** The COPY of the currencies. */
import vertica from "../../../../sql/warehouse/vertica/trial/rates.sql" with { type: "text" };
import { type Group, same } from "../experiment.ts";

export const RATES: Group = {
  name: "rates",
  scripts: { vertica },
  experiments: [
    {
      name: "copy-rates",
      assumed:
        "A rate is read as text and cast with all its digits; what is not a rate becomes 0, " +
        "and is refused",
      effect: "stops",
      otherwise:
        "A load of currencies fails with the server's message, or with exit 4 by the control " +
        "total",
      steps: ["rates", "rates-taken"],
      judge(seen) {
        seen.rows("rates");
        return same(seen.all("rates-taken"), "410,420,0.000000; 410,420,123456789012.000001");
      },
    },
  ],
};
