/** How a cell of the mart changed, for people: a build a block, oldest first. */
import { DATASET_NAMES } from "../../events/dataset.ts";
import { type Cell, DOLLAR, type Figures } from "../../explain/cell.ts";
import type { Restated } from "../../explain/history.ts";
import { counted } from "../../runtime/words.ts";

/** The text, in lines. */
export function historyLines({ day, currency }: Cell, changes: readonly Restated[]): string[] {
  const builds = changes.length === 0
    ? "no build that is recorded has changed it"
    : `${counted(changes.length, "build")} changed it`;
  return [
    `${day}, currency ${currency}: ${builds}`,
    ...changes.flatMap((change) => ["", ...changeLines(currency, change)]),
  ];
}

function changeLines(currency: number, change: Restated): string[] {
  const { builtAt, version, before, after } = change;
  return [
    `${builtAt} by finpipe ${version}`,
    `  before  ${figuresText(before)}`,
    `  after   ${figuresText(after)}`,
    `  rate    ${rateText(currency, change)}`,
    ...loadLines(change),
  ];
}

function figuresText(figures: Figures | undefined): string {
  if (figures === undefined) return "nothing";
  const { amountTotal, transactions, accounts, perAccount } = figures;
  return `${amountTotal} US dollars, ${counted(transactions, "transaction")} of ` +
    `${counted(accounts, "account")}, ${perAccount} per account`;
}

function rateText(currency: number, { rate }: Restated): string {
  if (rate === undefined) return "none";
  return currency === DOLLAR
    ? `${rate.value}, because it is the dollar`
    : `${rate.value}, dated ${rate.dateUpdate}`;
}

/** A load by its id, which is in `load_origins`, and the time of its dump. */
function loadLines({ loads, dumpedAt }: Restated): string[] {
  return DATASET_NAMES.map((dataset, at) => {
    const id = loads[dataset];
    const dumped = dumpedAt[dataset] === undefined ? "" : `, dumped ${dumpedAt[dataset]}`;
    const load = id === undefined ? "none" : `${id}${dumped}`;
    return `  ${(at === 0 ? "loads" : "").padEnd(8)}${dataset}: ${load}`;
  });
}
