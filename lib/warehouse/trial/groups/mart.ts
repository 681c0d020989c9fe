/** The mart of a handful of rows. */
import embedded from "../../../../sql/warehouse/embedded/trial/mart.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/mart.sql" with { type: "text" };
import { type Group, held, notHeld, same } from "../experiment.ts";
import { failureText } from "../seen.ts";

const ROWS = "20221001410,410,11386806181819432.27,3,1.5000,2; 20221001420,420,-2.50,1,1.0000,1";

export const MART: Group = {
  name: "mart",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "mart-build",
      assumed: "The mart of seven transactions and three rates has the figures of the contract",
      effect: "wrong",
      otherwise: "The mart would be wrong: do not use it, and tell us",
      steps: ["mart-build", "mart"],
      judge(seen) {
        seen.rows("mart-build");
        return same(seen.all("mart"), ROWS);
      },
    },
    {
      name: "mart-rollback",
      assumed: "ROLLBACK undoes a mart that is not committed",
      effect: "wrong",
      otherwise: "A mart that broke off could be half there until the day is built again",
      steps: ["mart-build", "mart-rollback", "mart-after"],
      needs: ["mart-build"],
      judge: (seen) => same(seen.first("mart-after"), "0"),
    },
    {
      name: "mart-key",
      assumed: "An ENABLED key refuses a second row for a day's currency, with SQLSTATE 23505",
      effect: "copes",
      otherwise: "Nothing: the transaction that writes the day first deletes it",
      steps: ["mart-lock", "mart-build", "mart-again"],
      needs: ["mart-lock", "mart-build"],
      judge(seen) {
        const failure = seen.failure("mart-again");
        if (failure === undefined) return notHeld("it was accepted");
        const text = failureText(failure);
        return failure.sqlState === "23505" ? held(`23505${by(failure.number)}`) : notHeld(text);
      },
    },
  ],
};

function by(number: string | undefined): string {
  return number === undefined ? "" : ` (${number})`;
}
