/** How a cell of the mart changed, build by build (contract, section 9). Pure. */
import { FinpipeError } from "../runtime/errors.ts";
import {
  type Cell,
  type CellBuildChange,
  type CellChanges,
  DOLLAR,
  DOLLAR_RATE,
  type Figures,
} from "./cell.ts";
import { neverBuilt } from "./explain.ts";

/** A build that changed the cell, with what it made of it. */
export interface Restated extends CellBuildChange {
  /** Undefined where it has no row since. */
  after: Figures | undefined;
}

/**
 * The builds that changed a cell, oldest first. A build records the row as it was before; so what one
 * made of it stands with the next one, or in the mart. None where an older version built all that stands,
 * which kept no record.
 *
 * @throws FinpipeError of kind `prerequisite` where the day was never built, `failed` where the mart
 * never had the cell
 */
export function restated(
  { day, currency }: Cell,
  { facts, changes, figures }: CellChanges,
): Restated[] {
  if (changes.length === 0 && facts?.mart === undefined) {
    throw neverBuilt(day, facts);
  }
  if (changes.length === 0 && figures === undefined) {
    throw new FinpipeError("failed", `The mart of ${day} never had currency ${currency}`, {
      hint: `'finpipe report ${day}' shows the currencies that it has`,
    });
  }
  return changes.map((change, at) => {
    const after = at + 1 < changes.length ? changes[at + 1]!.before : figures;
    const isDollar = currency === DOLLAR && after !== undefined;
    return {
      ...change,
      rate: isDollar ? { value: DOLLAR_RATE, dateUpdate: null } : change.rate,
      after,
    };
  });
}
