/** Rights, as doctor reads them. */
import vertica from "../../../../sql/warehouse/vertica/trial/rights.sql" with { type: "text" };
import { stepsOf } from "../script.ts";
import { type Group, held, notHeld } from "../experiment.ts";
import type { Seen } from "../seen.ts";

const READS = stepsOf(vertica).map(({ name }) => name!).filter((name) => name.startsWith("read-"));

export const RIGHTS: Group = {
  name: "rights",
  scripts: { vertica },
  experiments: [
    {
      name: "rights-described",
      assumed:
        "GET_PRIVILEGES_DESCRIPTION lists what the user may do, and he may do what finpipe needs",
      effect: "stops",
      otherwise: "'finpipe doctor' says which right is missing, and the GRANT",
      steps: ["database", "public", "staging", "mart", "superuser"],
      judge(seen) {
        const lacking = [
          ...lacks(seen, "database", ["TEMP"]),
          ...lacks(seen, "public", ["USAGE"]),
          ...lacks(seen, "staging", ["USAGE", "CREATE"]),
          ...lacks(seen, "mart", ["USAGE", "CREATE"]),
        ];
        if (lacking.length === 0) return held();
        const what = `not listed: ${lacking.join(", ")}`;
        // He may do all, whatever is listed, and doctor does not ask.
        return isSuperuser(seen) ? notHeld(`${what}, of a superuser`, "copes") : notHeld(what);
      },
    },
    {
      name: "rights-absent",
      assumed: "GET_PRIVILEGES_DESCRIPTION of what is not there is an error",
      effect: "copes",
      otherwise:
        "doctor names rights that are missing on schemas that are not there; init makes those",
      steps: ["absent"],
      judge(seen) {
        const failure = seen.failure("absent");
        return failure === undefined
          ? notHeld(`it answers: ${seen.first("absent")}`)
          : held(`${failure.sqlState ?? ""}`);
      },
    },
    {
      name: "system-tables",
      assumed: "The user may read the system tables that finpipe reads",
      effect: "stops",
      otherwise: "'finpipe doctor' says which, and the GRANT; init and load cannot do without",
      steps: READS,
      judge(seen) {
        for (const step of READS) seen.rows(step);
        return held();
      },
    },
  ],
};

function lacks(seen: Seen, on: string, rights: readonly string[]): string[] {
  const listed = (seen.rows(on)[0]?.privileges ?? "").toUpperCase();
  return rights.filter((right) => !listed.includes(right)).map((right) => `${right} on ${on}`);
}

function isSuperuser(seen: Seen): boolean {
  if (seen.failure("superuser") !== undefined) return false;
  return seen.rows("superuser")[0]?.is_super_user === "t";
}
