/** A cell of the mart that is explained, for people: the formula with its numbers, then where each came from. */
import { dollarsOf } from "../../explain/amount.ts";
import { DOLLAR } from "../../explain/cell.ts";
import type { Explained } from "../../explain/explain.ts";
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import { allOf, counted } from "../../runtime/words.ts";
import { printable } from "../../runtime/printable.ts";

/** The text, in lines. */
export function explainedLines(explained: Explained): string[] {
  const { day, currency } = explained;
  return [
    `${day}, currency ${currency}: ${headOf(explained)}`,
    ...explained.stale === null ? [] : [`Stale: ${explained.stale}`],
    "",
    ...part("Formula", formulaLines(explained)),
    ...part("Rate", [rateText(explained)]),
    ...part("Counted", countedLines(explained)),
    ...part("Not counted", notCountedLines(explained)),
    ...part("Built", [builtText(explained)]),
    ...DATASET_NAMES.flatMap((dataset, at) =>
      part(at === 0 ? "Loaded" : "", [loadText(explained, dataset)])
    ),
    ...DATASET_NAMES.flatMap((dataset, at) =>
      part(at === 0 ? "Dumped" : "", dumpLines(explained, dataset))
    ),
  ];
}

/** Characters of the words at the left. */
const LEFT = 13;

function part(title: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? title : "").padEnd(LEFT)}${line}`);
}

function headOf({ figures, isLeftOut, build, counted: { rows } = NOTHING }: Explained): string {
  if (figures !== undefined) return `${figures.amountTotal} US dollars`;
  if (isLeftOut) return "left out of the mart, because no dollar rate is known";
  if (build === undefined) return "not in the mart";
  return rows === 0 ? "not in the mart, because no row is counted" : "not in the mart";
}

const NOTHING = { rows: 0, amountSum: "0", accounts: 0 };

/** The mart's formula, and whether its numbers give what stands. */
function formulaLines({ currency, figures, counted, rate, stale }: Explained): string[] {
  if (figures === undefined) return ["no figures"];
  const { amountTotal, transactions, accounts, perAccount } = figures;
  const perAccountText = `${transactions} / ${accounts} = ${perAccount} per account`;
  if (counted === undefined || rate === undefined) {
    return [`${amountTotal}: nobody recorded from what it was built`, perAccountText];
  }
  const { amountSum } = counted;
  const given = dollarsOf(amountSum, rate.value);
  const formula = `${amountSum} ${unitOf(currency)} * ${rate.value} / 100`;
  if (given === amountTotal) return [`${formula} = ${amountTotal}`, perAccountText];
  const why = stale === null
    ? "it was built from other rows, or somebody changed them or the mart"
    : "it is stale, and the rows below are those that stand now";
  return [`${formula} = ${given}, not ${amountTotal}: ${why}`, perAccountText];
}

function unitOf(currency: number): string {
  return currency === DOLLAR ? "cents" : `hundredths of currency ${currency}`;
}

function rateText({ day, currency, rate, figures, build, isLeftOut }: Explained): string {
  if (currency === DOLLAR) return "1.000000, because it is the dollar";
  if (rate === undefined) {
    const isUnknown = build === undefined && !isLeftOut;
    return isUnknown ? "not recorded" : `none that is dated on or before ${day}`;
  }
  const from = `dated ${rate.dateUpdate}, object_id ${rate.objectId}`;
  const unused = figures === undefined ? ", not used" : "";
  return `${rate.value} US dollars for 1 of currency ${currency}, ${from}${unused}`;
}

function countedLines({ counted: of, build, currency }: Explained): string[] {
  if (of === undefined || build === undefined) return ["nobody recorded what was counted"];
  const { rows, amountSum, accounts } = of;
  const statuses = build.statuses.map((status) => JSON.stringify(status));
  const types = build.types?.map((type) => JSON.stringify(type));
  const what = [
    `${statuses.length === 1 ? "status" : "statuses"} ${allOf(statuses)}`,
    types === undefined ? "all types" : `${types.length === 1 ? "type" : "types"} ${allOf(types)}`,
    "no test accounts",
  ];
  const sum = `with a sum of ${amountSum} ${unitOf(currency)}`;
  return [
    `${counted(rows, "row")} of ${counted(accounts, "account")}, ${sum}`,
    printable(what.join(", ")),
  ];
}

function notCountedLines({ notCounted }: Explained): string[] {
  if (notCounted === undefined) return ["nobody recorded what was counted"];
  const { testAccounts, byStatus, byType } = notCounted;
  const reasons: (readonly [string, number])[] = [
    ...testAccounts === 0 ? [] : [["of test accounts", testAccounts] as const],
    ...byStatus.map(([status, rows]) => [`status ${JSON.stringify(status)}`, rows] as const),
    ...byType.map(([type, rows]) => [`type ${JSON.stringify(type)}`, rows] as const),
  ];
  if (reasons.length === 0) return ["none"];
  const all = reasons.reduce((sum, [, rows]) => sum + rows, 0);
  const width = String(all).length;
  return [
    counted(all, "row"),
    ...reasons.map(([why, rows]) => `${String(rows).padStart(width)} ${printable(why)}`),
  ];
}

function builtText({ build }: Explained): string {
  if (build === undefined) return "by a version that kept no record";
  return `${build.builtAt} by finpipe ${build.version}`;
}

function loadText({ loads }: Explained, dataset: DatasetName): string {
  const load = loads[dataset];
  if (load === undefined) return `${dataset}: no load stands`;
  const { loadedAt, version, rows, refused, sha256 } = load;
  const refusedText = refused === 0 ? "" : `, ${counted(refused, "row")} refused`;
  return `${dataset}: ${loadedAt} by finpipe ${version}, ${counted(rows, "row")}${refusedText}, ` +
    `sha256 ${sha256}`;
}

function dumpLines({ loads, dumps }: Explained, dataset: DatasetName): string[] {
  const dump = dumps[dataset];
  if (dump === undefined) {
    return loads[dataset] === undefined ? [] : [`${dataset}: not recorded`];
  }
  const { createdAt, sources } = dump;
  return [
    `${dataset}: ${createdAt}${sources.length === 0 ? "" : ", from what was read up to"}`,
    ...sources.map(({ source, partition, nextPosition }) =>
      `  position ${nextPosition} of ${printable(source)}[${partition}]`
    ),
  ];
}
