/** Strings that are too long for their column. */
import embedded from "../../../../sql/warehouse/embedded/trial/length.sql" with { type: "text" };
import vertica from "../../../../sql/warehouse/vertica/trial/length.sql" with { type: "text" };
import { type Group, held, notHeld } from "../experiment.ts";
import { failureText } from "../seen.ts";

const TAKEN = "1,abcd; 3,éé";

export const LENGTH: Group = {
  name: "length",
  scripts: { vertica, embedded },
  experiments: [
    {
      name: "copy-enforcelength",
      assumed: "ENFORCELENGTH can be combined with FCSVPARSER",
      effect: "copes",
      otherwise:
        "load leaves it out: the parser itself refuses what is too long (copy-too-long), or " +
        "load does",
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
      effect: "copes",
      otherwise: "load looks in the file for strings that were cut, and refuses them (exit 4)",
      steps: ["either", "either-taken"],
      needs: ["either"],
      judge(seen) {
        const taken = seen.all("either-taken");
        // Of what fits nothing may be missing, or be another.
        const isWhole = taken.includes("1,abcd") && taken.includes("3,éé");
        return taken === TAKEN
          ? held()
          : notHeld(`accepted: ${taken}`, isWhole ? "copes" : "stops");
      },
    },
    {
      name: "copy-too-long",
      assumed: "Without ENFORCELENGTH, FCSVPARSER itself refuses what is too long",
      effect: "copes",
      otherwise: "load uses ENFORCELENGTH, and checks lengths itself where that does not work " +
        "(copy-bytes)",
      steps: ["plain", "plain-taken"],
      needs: ["plain"],
      judge(seen) {
        const taken = seen.all("plain-taken");
        return taken === TAKEN ? held() : notHeld(`accepted: ${taken}`);
      },
    },
  ],
};
