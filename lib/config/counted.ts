/** Which transactions the mart counts, by option or variable: FINPIPE_STATUSES and FINPIPE_TYPES. */
import { FinpipeError } from "../runtime/errors.ts";
import { Problems } from "./problems.ts";
import { type ConfigSource, setting } from "./source.ts";
import { parseValueList } from "./value_list.ts";

const STATUSES = "FINPIPE_STATUSES";
const TYPES = "FINPIPE_TYPES";
/** All variables that say what is counted. */
export const COUNTED_VARIABLES = [STATUSES, TYPES];

/** Values of counted transactions, as they were set; undefined where nothing was. */
export interface CountedValues {
  statuses: string[] | undefined;
  types: string[] | undefined;
}

/**
 * Reads both lists.
 *
 * @throws FinpipeError of kind `usage` where an option is not a list of values, `configuration`
 * where a variable is not
 */
export function readCountedValues(source: ConfigSource): CountedValues {
  const problems = Problems.beside(source.problems);
  const read = (flag: string, name: string, [noun, example]: readonly [string, string]) => {
    const given = setting(source, flag, name);
    if (given === undefined) return undefined;
    const list = parseValueList(given.value);
    if ("values" in list) return list.values;
    const what = list.problem.replace("value", noun);
    const mend =
      `Write ${noun} values with commas between them, as in ${example}; put a value that ` +
      "holds a comma in double quotes";
    if (given.origin === name) {
      problems.of(name)(`it has ${what}`, mend);
      return undefined;
    }
    throw new FinpipeError("usage", `Cannot read ${given.origin} "${given.value}": ${what}`, {
      hint: mend,
    });
  };
  const values = {
    statuses: read("statuses", STATUSES, ["status", "done,chargeback"]),
    types: read("types", TYPES, ["type", "sbp_incoming,sbp_outgoing"]),
  };
  problems.throwIfAny();
  return values;
}
