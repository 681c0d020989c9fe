/** Messages for tests, valid unless told otherwise. */
import { objectId } from "../partitions/rows.ts";

/** Fields of the envelope. */
export interface Envelope {
  object_id: string;
  object_type: string;
  sent_dttm: string;
}

/** A number for an object that no other test message has. */
let objects = 1_000_000;

/** A transaction of 2022-10-01, as JSON on one line without its end. */
export function transactionMessage(
  payload: Record<string, unknown> = {},
  envelope: Partial<Envelope> = {},
): string {
  const id = envelope.object_id ?? objectId(++objects);
  return JSON.stringify({
    object_id: id,
    object_type: "TRANSACTION",
    sent_dttm: "2022-10-01T12:00:00",
    ...envelope,
    payload: {
      operation_id: id,
      account_number_from: 1,
      account_number_to: 2,
      currency_code: 430,
      country: "USA",
      status: "done",
      transaction_type: "c2c",
      amount: 100,
      transaction_dt: "2022-10-01 12:00:00",
      ...payload,
    },
  });
}

/** A rate of 2022-10-01, likewise. */
export function rateMessage(
  payload: Record<string, unknown> = {},
  envelope: Partial<Envelope> = {},
): string {
  return JSON.stringify({
    object_id: objectId(++objects),
    object_type: "CURRENCY",
    sent_dttm: "2022-10-01T00:00:00",
    ...envelope,
    payload: {
      date_update: "2022-10-01 00:00:00",
      currency_code: 430,
      currency_code_with: 420,
      currency_with_div: 1.1,
      ...payload,
    },
  });
}

/** Lines with their ends. */
export function jsonl(...messages: string[]): string {
  return messages.map((message) => message + "\n").join("");
}
