/** Messages of three days that have one of everything which the books tell apart. */
import { jsonl, rateMessage, transactionMessage } from "../events/messages.ts";
import { objectId } from "../partitions/rows.ts";

/** The days, in order; the middle one is the one that tests change. */
export const DAYS = ["2022-10-01", "2022-10-02", "2022-10-03"] as const;
export const DAY = DAYS[1];

/**
 * Payments in dollars, in 430 with a rate of each day, in 440 with one of the first day, in 470 with
 * none; queued ones, a test account, a status of nobody's; rates to others than the dollar; messages
 * that are sent twice, and one that breaks the contract.
 */
export function dayMessages(): string {
  const lines: string[] = [];
  DAYS.forEach((day, at) => {
    const number = (currency: number, payment: number) =>
      objectId((at + 1) * 10_000_000 + currency * 1000 + payment);
    const payment = (currency: number, count: number, fields: Record<string, unknown> = {}) => {
      const object_id = number(currency, count);
      ["queued", "done"].forEach((status, version) => {
        const sent_dttm = `${day}T1${version}:00:00`;
        const payload = {
          operation_id: object_id,
          account_number_from: 1000 + (count % 3),
          currency_code: currency,
          amount: 1000 * at + 100 * count + currency,
          transaction_dt: `${day} 1${version}:00:00`,
          status,
          ...fields,
        };
        lines.push(transactionMessage(payload, { object_id, sent_dttm }));
      });
    };
    for (const currency of [420, 430, 440, 470]) {
      for (const count of [1, 2, 3, 4]) payment(currency, count);
    }
    payment(430, 5, { amount: -12_345 });
    payment(430, 6, { account_number_to: 0 });
    payment(430, 7, { status: "blocked" });
    payment(430, 8, { status: "odd, one" });
    payment(430, 9, { transaction_type: "p2p" });
    const rate = (currency: number, to: number, value: number) =>
      lines.push(rateMessage(
        {
          date_update: `${day} 06:00:00`,
          currency_code: currency,
          currency_code_with: to,
          currency_with_div: value,
        },
        {
          object_id: objectId((at + 1) * 10_000_000 + 999_000 + (currency - 420) * 2 + (to - 420)),
          sent_dttm: `${day}T12:00:00`,
        },
      ));
    rate(430, 420, 1.25 + at);
    rate(430, 440, 0.5);
    if (at === 0) rate(440, 420, 3.000001);
    // Once more, within the window.
    lines.push(lines.at(-2)!);
    lines.push(JSON.stringify({ object_id: "no uuid", object_type: "TRANSACTION" }));
  });
  return jsonl(...lines);
}
