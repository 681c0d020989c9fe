/** Strings that are too long for their column. */
import embedded from "../../../../sql/warehouse/embedded/trial/length.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/length.sql" with { type: "text" };
import { type Group, held, notHeld, same } from "../experiment.ts";
import { failureText } from "../seen.ts";

const TAKEN = "1,abcd; 3,éé";

export const LENGTH: Group = {
  name: "length",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "copy-enforcelength",
      assumed: "ENFORCELENGTH goes together with FCSVPARSER",
      effect: "copes",
      otherwise:
        "load leaves it out, as the parser refuses what is too long by itself (copy-too-long)",
      steps: ["enforced", "plain"],
      judge(seen) {
        const failure = seen.failure("enforced");
        return failure === undefined ? held() : notHeld(failureText(failure));
      },
    },
    {
      name: "copy-bytes",
      assumed:
        "A string that has more bytes than its column is refused, not cut; lengths count bytes",
      effect: "wrong",
      otherwise: "Strings of more than 1,000 bytes would be cut, or refused that have fewer",
      steps: ["either", "either-taken"],
      needs: ["either"],
      judge: (seen) => same(seen.all("either-taken"), TAKEN),
    },
    {
      name: "copy-too-long",
      assumed: "Without ENFORCELENGTH, FCSVPARSER refuses what is too long by itself",
      effect: "copes",
      otherwise: "load says ENFORCELENGTH; whether what it says sees to it is copy-bytes",
      steps: ["plain", "plain-taken"],
      needs: ["plain"],
      judge(seen) {
        const taken = seen.all("plain-taken");
        return taken === TAKEN ? held() : notHeld(`taken: ${taken}`);
      },
    },
  ],
};
