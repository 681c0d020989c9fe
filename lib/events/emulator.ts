/**
 * The source service's stand-in: a deterministic stream of messages, shaped like the days of a
 * payments service. Pure: no I/O and no clock.
 *
 * A message depends on the seed, the operations per day and its own date alone. So the messages of a
 * range are those of its first part followed by those of its second, wherever it is divided: an
 * operation that crosses midnight has its later versions in the next day, and those of the day
 * before the range that cross into it are there as well.
 *
 * Shares are in {@link SHARES}; 1,000 operations a day give about 3,100 messages: three versions of
 * most, some sent twice within the window (but not across midnight), and a rate for every ordered
 * pair of currencies at 00:00:00.
 */
import { clockText, DAY } from "./day_shape.ts";
import { CURRENCY_CODES, type Operation, operationOf, type Sending } from "./emulated_operation.ts";
import { randomOf, uuidOf } from "./random.ts";

export { SHARES } from "./emulated_operation.ts";

/** What to make. */
export interface Emulation {
  /** The first date of the messages. */
  from: Temporal.PlainDate;
  /** The last one, included. */
  to: Temporal.PlainDate;
  /** Operations that begin on each day. */
  operationsPerDay: number;
  /** A whole number from 0 to 2^53 - 1. */
  seed: number;
}

const EPOCH = new Temporal.PlainDate(1970, 1, 1);

/** Makes the messages of the dates, one JSON text each, in the order in which they are sent. */
export function* emulate({ from, to, operationsPerDay, seed }: Emulation): Generator<string> {
  const first = EPOCH.until(from).days;
  const days = from.until(to).days + 1;
  const later = new Later();
  for (const operation of operationsOf(first - 1, operationsPerDay, seed)) {
    for (const sending of operation.sendings) if (sending.at >= DAY) later.add(operation, sending);
  }
  for (let offset = 0; offset < days; offset++) {
    later.midnight();
    const date = from.add({ days: offset }).toString();
    yield* ratesOf(date, first + offset, seed);
    const operations = operationsOf(first + offset, operationsPerDay, seed);
    let next = operations.next().value;
    for (let second = 0; second < DAY; second++) {
      while (next !== undefined && next.sendings[0]!.at <= second) {
        for (const sending of next.sendings) later.add(next, sending);
        next = operations.next().value;
      }
      for (const { operation, sent, status } of later.due(second)) {
        yield transaction(operation, status, date, clockText(sent));
      }
    }
  }
}

/** In the order in which they begin. */
function* operationsOf(
  day: number,
  operationsPerDay: number,
  seed: number,
): Generator<Operation, undefined> {
  for (let index = 0; index < operationsPerDay; index++) {
    yield operationOf({ seed, day, index, operationsPerDay });
  }
}

interface Due extends Sending {
  operation: Operation;
}

const NOTHING: readonly Due[] = [];

/** What will be sent, by the second: memory for what is under way only. */
class Later {
  #bySecond = new Map<number, Due[]>();

  add(operation: Operation, { at, sent, status }: Sending): void {
    // Sent again on the next day, it would be a row of a day that was not asked for.
    if (Math.floor(at / DAY) !== Math.floor(sent / DAY)) return;
    const due = { operation, at, sent, status };
    const others = this.#bySecond.get(at);
    if (others === undefined) this.#bySecond.set(at, [due]);
    else others.push(due);
  }

  due(second: number): readonly Due[] {
    const due = this.#bySecond.get(second);
    if (due === undefined) return NOTHING;
    this.#bySecond.delete(second);
    return due;
  }

  /** A new day begins: what is left belongs to it. */
  midnight(): void {
    const left = [...this.#bySecond.values()].flat();
    this.#bySecond.clear();
    for (const { operation, at, sent, status } of left) {
      this.add(operation, { at: at - DAY, sent: sent - DAY, status });
    }
  }
}

function transaction(operation: Operation, status: string, date: string, time: string): string {
  const { id, head, tail } = operation;
  return `{"object_id": "${id}", "object_type": "TRANSACTION", "sent_dttm": "${date}T${time}", ` +
    `"payload": ${head}, "status": "${status}", ${tail}, "transaction_dt": "${date} ${time}"}}`;
}

/** The rates of a day: around 1, with two decimals as the service sends them. */
function* ratesOf(date: string, day: number, seed: number): Generator<string> {
  let pair = 0;
  for (const from of CURRENCY_CODES) {
    for (const to of CURRENCY_CODES) {
      if (from === to) continue;
      // Operations count up from 0, rates down from -1.
      const random = randomOf(seed, day, --pair);
      const id = uuidOf(random);
      const cents = 100 + random.between(-7, 7) + random.between(-6, 6);
      const rate = (cents / 100).toFixed(cents % 10 === 0 ? 1 : 2);
      yield `{"object_id": "${id}", "object_type": "CURRENCY", "sent_dttm": "${date}T00:00:00", ` +
        `"payload": {"date_update": "${date} 00:00:00", "currency_code": ${from}, ` +
        `"currency_code_with": ${to}, "currency_with_div": ${rate}}}`;
    }
  }
}
