/**
 * The two datasets as data: their fields, types, event time and control total (contract, section 1).
 * Whatever differs between them is derived from here.
 */

/** The type of a field; `message.ts` says exactly what is accepted for each. */
export type FieldType = "uuid" | "int64" | "currency_code" | "text" | "timestamp" | "rate";

/** A field of the payload, and a column of the partition file. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

export type DatasetName = "transactions" | "currencies";

export interface Dataset {
  readonly name: DatasetName;
  /** One row of it, in words. */
  readonly one: "transaction" | "currency";
  /** `object_type` of its messages. */
  readonly objectType: "TRANSACTION" | "CURRENCY";
  /** The payload's fields in the contract's order, which is the order of checks and columns. */
  readonly fields: readonly Field[];
  /** The field whose date is the partition. */
  readonly eventTime: "transaction_dt" | "date_update";
  /** The field whose exact sum is the control total of a day. */
  readonly control: "amount" | "currency_with_div";
}

export const TRANSACTIONS: Dataset = {
  name: "transactions",
  one: "transaction",
  objectType: "TRANSACTION",
  fields: [
    { name: "operation_id", type: "uuid" },
    { name: "account_number_from", type: "int64" },
    { name: "account_number_to", type: "int64" },
    { name: "currency_code", type: "currency_code" },
    { name: "country", type: "text" },
    { name: "status", type: "text" },
    { name: "transaction_type", type: "text" },
    { name: "amount", type: "int64" },
    { name: "transaction_dt", type: "timestamp" },
  ],
  eventTime: "transaction_dt",
  control: "amount",
};

export const CURRENCIES: Dataset = {
  name: "currencies",
  one: "currency",
  objectType: "CURRENCY",
  fields: [
    { name: "date_update", type: "timestamp" },
    { name: "currency_code", type: "currency_code" },
    { name: "currency_code_with", type: "currency_code" },
    { name: "currency_with_div", type: "rate" },
  ],
  eventTime: "date_update",
  control: "currency_with_div",
};

export const DATASETS: Readonly<Record<DatasetName, Dataset>> = {
  transactions: TRANSACTIONS,
  currencies: CURRENCIES,
};

/** `1 transaction`, `2 currencies`. */
export function countedRows(count: number, name: DatasetName): string {
  return `${count} ${count === 1 ? DATASETS[name].one : name}`;
}

export const DATASET_NAMES = Object.keys(DATASETS) as DatasetName[];

/** The columns of a partition file, in order (contract, section 4). */
export function fileColumns(dataset: Dataset): Field[] {
  return [
    { name: "object_id", type: "uuid" },
    { name: "sent_dttm", type: "timestamp" },
    ...dataset.fields,
  ];
}
