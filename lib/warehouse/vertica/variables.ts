/** What a day's statements are about in the Vertica warehouse: a load's tables as well. */
import type { DatasetName } from "../../events/dataset.ts";
import { Identifier, type SqlValues } from "../../sql/template.ts";
import { type Subject, subjectValues } from "../variables.ts";

/** A day of a dataset, and the load whose side table it is about. */
export interface SideSubject extends Subject {
  loadId: string;
}

/** The load's id in the names of its tables. */
export function loadKey(loadId: string): string {
  return loadId.replaceAll("-", "").slice(0, 12);
}

/** Name of the side table of a load, without its schema. */
export function sideTable(dataset: DatasetName, loadId: string): string {
  return `${dataset}_load_${loadKey(loadId)}`;
}

/** The side tables of a build of the core, without their schema. */
export function coreSideTables(buildId: string): { transactions: string; rates: string } {
  const key = loadKey(buildId);
  return {
    transactions: `fct_transactions_build_${key}`,
    rates: `fct_currency_rates_build_${key}`,
  };
}

/** The values of a load's variables: `rejected_table` is what COPY writes rejected rows to. */
export function sideValues(subject: SideSubject): SqlValues {
  const { dataset, loadId } = subject;
  return {
    ...subjectValues(subject),
    load_id: loadId,
    side_table: new Identifier(sideTable(dataset, loadId)),
    rejected_table: new Identifier(`finpipe_rejected_${loadKey(loadId)}`),
  };
}
