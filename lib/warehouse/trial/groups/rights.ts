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
        "GET_PRIVILEGES_DESCRIPTION lists the user's rights, and they are all that finpipe " +
        "needs",
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
      assumed: "GET_PRIVILEGES_DESCRIPTION of something that does not exist is an error",
      effect: "copes",
      otherwise: "doctor names missing rights on schemas that do not exist; init creates those",
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
      otherwise:
        "'finpipe doctor' says which right is missing, and the GRANT; init and load need them",
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
