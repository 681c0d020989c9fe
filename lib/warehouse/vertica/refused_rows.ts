/** Rows that a load did not take: kept with their reasons before the session ends. */
import keepRejected from "../../../sql/warehouse/vertica/rejected_keep.sql" with { type: "text" };
import rejectedCount from "../../../sql/warehouse/vertica/rejected_count.sql" with { type: "text" };
import rejectedDrop from "../../../sql/warehouse/vertica/rejected_drop.sql" with { type: "text" };
import rejectedFirst from "../../../sql/warehouse/vertica/rejected_first.sql" with { type: "text" };
import unfitDropCurrencies from "../../../sql/warehouse/vertica/unfit_drop_currencies.sql" with {
  type: "text",
};
import unfitDropTransactions from "../../../sql/warehouse/vertica/unfit_drop_transactions.sql" with {
  type: "text",
};
import unfitFirst from "../../../sql/warehouse/vertica/unfit_first.sql" with { type: "text" };
import unfitKeepCurrencies from "../../../sql/warehouse/vertica/unfit_keep_currencies.sql" with {
  type: "text",
};
import unfitKeepTransactions from "../../../sql/warehouse/vertica/unfit_keep_transactions.sql" with {
  type: "text",
};
import { SHOWN_BEYOND_LIMIT } from "../load_checks.ts";
import type { VerticaScope } from "./scope.ts";
import type { SideSubject } from "./side_table.ts";

const KEEP_UNFIT = { transactions: unfitKeepTransactions, currencies: unfitKeepCurrencies };
const DROP_UNFIT = { transactions: unfitDropTransactions, currencies: unfitDropCurrencies };

/** The rows of a load that were refused. */
export interface Refused {
  count: bigint;
  /** Where the first stands and why it was refused, without its values. */
  first: string | undefined;
}

/**
 * Keeps what COPY rejected, and what it took though the contract does not; the latter leaves the side
 * table. In the transaction of the COPY.
 *
 * @param maxRejected beyond it only some more are kept
 */
export async function keepRefused(
  scope: VerticaScope,
  subject: SideSubject,
  maxRejected: number,
): Promise<Refused> {
  const { dataset, loadId } = subject;
  const values = { load_id: loadId, dataset, now: scope.timestamp };
  const [counted] = await scope.run(rejectedCount, {}, subject);
  const rejected = BigInt(counted!.refused!);
  let first: string | undefined;
  if (rejected > 0n) {
    const kept = maxRejected + SHOWN_BEYOND_LIMIT;
    await scope.run(keepRejected, { ...values, kept }, subject);
    const [row] = await scope.run(rejectedFirst, {}, subject);
    first = `line ${row!.line}: ${withoutValues(row!.reason ?? "")}`;
  }
  // An INSERT answers with a row that says how many rows it wrote.
  const [written] = await scope.run(KEEP_UNFIT[dataset], values, subject);
  const unfit = BigInt(Object.values(written!)[0]!);
  if (unfit > 0n) {
    const [row] = await scope.run(unfitFirst, values);
    await scope.run(DROP_UNFIT[dataset], {}, subject);
    first ??= row!.reason!;
  }
  return { count: rejected + unfit, first };
}

/** Drops the temporary table of the rejected rows, which DDL does outside of a transaction. */
export async function dropRejected(scope: VerticaScope, subject: SideSubject): Promise<void> {
  await scope.run(rejectedDrop, {}, subject);
}

/** Vertica's reasons quote the value: "Invalid integer format 'x' for column 10 (amount)". */
function withoutValues(reason: string): string {
  return reason.replace(/'.*'/s, "'...'").replace(/".*"/s, '"..."').replace(/\[.*\]/s, "[...]");
}
