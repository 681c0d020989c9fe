/** Rows that a load did not take: kept with their reasons before the session ends. */
import rejectedKeep from "../../../../sql/warehouse/vertica/rejected_keep.sql" with {
  type: "text",
};
import rejectedCount from "../../../../sql/warehouse/vertica/rejected_count.sql" with {
  type: "text",
};
import rejectedDrop from "../../../../sql/warehouse/vertica/rejected_drop.sql" with {
  type: "text",
};
import rejectedFirst from "../../../../sql/warehouse/vertica/rejected_first.sql" with {
  type: "text",
};
import unfitDropCurrencies from "../../../../sql/warehouse/vertica/unfit_drop_currencies.sql" with {
  type: "text",
};
import unfitDropTransactions from "../../../../sql/warehouse/vertica/unfit_drop_transactions.sql" with {
  type: "text",
};
import unfitFirst from "../../../../sql/warehouse/vertica/unfit_first.sql" with { type: "text" };
import unfitKeepCurrencies from "../../../../sql/warehouse/vertica/unfit_keep_currencies.sql" with {
  type: "text",
};
import unfitKeepTransactions from "../../../../sql/warehouse/vertica/unfit_keep_transactions.sql" with {
  type: "text",
};
import { type DatasetName, DATASETS, fileColumns } from "../../../events/dataset.ts";
import * as is from "../../../sql/columns.ts";
import { templatesOf } from "../../../sql/template.ts";
import { SHOWN_BEYOND_LIMIT } from "../../load_checks.ts";
import { verticaInsert, verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { type SideSubject, sideValues } from "../variables.ts";

const REJECTED_COUNT = verticaQuery("rejected_count", rejectedCount, { refused: is.bigInteger });
const REJECTED_FIRST = verticaQuery("rejected_first", rejectedFirst, {
  line: is.nullable(is.integer),
  reason: is.nullable(is.text),
});
const UNFIT_FIRST = verticaQuery("unfit_first", unfitFirst, { reason: is.text });
const KEEP_UNFIT = {
  transactions: verticaInsert("unfit_keep_transactions", unfitKeepTransactions),
  currencies: verticaInsert("unfit_keep_currencies", unfitKeepCurrencies),
};
const DROP_UNFIT = {
  transactions: templatesOf(unfitDropTransactions),
  currencies: templatesOf(unfitDropCurrencies),
};
const KEEP_REJECTED = templatesOf(rejectedKeep);
const DROP_REJECTED = templatesOf(rejectedDrop);

/** The rows of a load that were refused. */
export interface Refused {
  count: bigint;
  /** More than these were not looked for. @default false */
  atLeast?: boolean;
  /** Where the first stands and why it was refused, without its values. */
  first: string | undefined;
}

/**
 * Keeps what COPY rejected, in its transaction and session.
 *
 * @param options.rowsBefore counts the rows of the file before those of this session
 * @param options.maxRejected beyond it only some more are kept
 */
export async function keepRejected(
  scope: VerticaScope,
  subject: SideSubject,
  { rowsBefore, maxRejected }: { rowsBefore: () => Promise<number>; maxRejected: number },
): Promise<Refused> {
  const about = sideValues(subject);
  const { refused: count } = await scope.selectOne(REJECTED_COUNT, about);
  if (count === 0n) return { count, first: undefined };
  const kept = maxRejected + SHOWN_BEYOND_LIMIT;
  const rows_before = await rowsBefore();
  const values = { ...about, now: scope.timestamp, kept, rows_before };
  await scope.run(KEEP_REJECTED, values);
  const first = await scope.selectOne(REJECTED_FIRST, values);
  const reason = shownReason(first.reason ?? "", subject.dataset);
  return { count, first: first.line === null ? reason : `line ${first.line}: ${reason}` };
}

/** Keeps what COPY took though the contract does not, and takes it out of the side table. */
export async function keepUnfit(scope: VerticaScope, subject: SideSubject): Promise<Refused> {
  const { dataset } = subject;
  const values = { ...sideValues(subject), now: scope.timestamp };
  const count = await scope.selectOne(KEEP_UNFIT[dataset], values);
  if (count === 0n) return { count, first: undefined };
  const { reason: first } = await scope.selectOne(UNFIT_FIRST, values);
  await scope.run(DROP_UNFIT[dataset], values);
  return { count, first };
}

/** All of them together. */
export function sumOf(parts: readonly Refused[]): Refused {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0n),
    atLeast: parts.some(({ atLeast }) => atLeast === true),
    first: parts.find(({ first }) => first !== undefined)?.first,
  };
}

/** Drops the temporary table of the rejected rows, which DDL does outside of a transaction. */
export async function dropRejected(scope: VerticaScope, subject: SideSubject): Promise<void> {
  await scope.commit(DROP_REJECTED, sideValues(subject));
}

/** What FCSVPARSER says in place of a value: the row, and the column. */
const WHERE = /^(?:Error:\s+)?Row \[\d+\][a-z -]* column: \[\w+\]/i;

/**
 * A reason without values, and with its column. Vertica's quote the value, "Invalid integer format 'x'
 * for column 10 (amount)", "... type error on column: [amount] with value: [x]"; FCSVPARSER also counts
 * columns, "Parse error in column 10" (vertica/FlexTable, `src/Csv.cpp`).
 */
export function shownReason(reason: string, dataset: DatasetName): string {
  const where = WHERE.exec(reason)?.[0] ?? "";
  const shown = where + reason.slice(where.length).replace(/'.*'/s, "'...'")
    .replace(/".*"/s, '"..."').replace(/\[.*\]/s, "[...]");
  return shown.replace(/^Parse error in column (\d+)$/, (all, number: string) => {
    const column = fileColumns(DATASETS[dataset])[Number(number) - 1];
    return column === undefined ? all : `${all} (${column.name})`;
  });
}
