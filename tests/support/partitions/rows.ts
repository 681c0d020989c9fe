/** Rows of partition files for tests. */
import type { Row } from "./reference.ts";

let objects = 0;

/** A transaction that is counted, unless `fields` say otherwise. */
export function transaction(day: string, fields: Partial<Record<string, string>> = {}): Row {
  return Object.values({
    object_id: objectId(++objects),
    sent_dttm: `${day} 00:00:00`,
    operation_id: objectId(1),
    account_number_from: "1",
    account_number_to: "2",
    currency_code: "430",
    country: "",
    status: "done",
    transaction_type: "c2c",
    amount: "100",
    transaction_dt: `${day} 12:00:00`,
    ...fields,
  } as Record<string, string>);
}

/** A rate of a currency to the dollar, unless `fields` say otherwise. */
export function rate(day: string, fields: Partial<Record<string, string>> = {}): Row {
  return Object.values({
    object_id: objectId(++objects),
    sent_dttm: `${day} 00:00:00`,
    date_update: `${day} 00:00:00`,
    currency_code: "430",
    currency_code_with: "420",
    currency_with_div: "1.000000",
    ...fields,
  } as Record<string, string>);
}

/** A UUID by number; greater numbers are greater UUIDs. */
export function objectId(number: number): string {
  return `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;
}
