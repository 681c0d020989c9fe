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
        "A rate is read as text and cast, all its digits; what is no rate becomes 0, to be refused",
      effect: "stops",
      otherwise:
        "load of currencies ends with the server's words, or with exit 4 by the control total",
      steps: ["rates", "rates-taken"],
      judge(seen) {
        seen.rows("rates");
        return same(seen.all("rates-taken"), "410,420,0.000000; 410,420,123456789012.000001");
      },
    },
  ],
};
