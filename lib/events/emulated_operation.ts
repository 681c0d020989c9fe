/** One operation of the emulated payments service, with all its versions. Pure. */
import { secondAt } from "./day_shape.ts";
import { type Random, randomOf, uuidOf } from "./random.ts";

/** Of all operations, unless it says otherwise. */
export const SHARES = {
  /** Refused: queued, in_progress, blocked. */
  blocked: 0.06,
  /** Never heard of again: queued, in_progress. */
  stuck: 0.01,
  /** Done and paid back later: queued, in_progress, done, chargeback. The rest ends with done. */
  chargeback: 0.06,
  /** One of the two accounts is a test account. */
  test: 0.02,
  /** Of all versions: sent twice. */
  resent: 0.015,
} as const;

/** Seconds from one status to the next, each as likely as the others: some within one second. */
const STATUS_DELAYS = [0, 1, 2, 5, 12, 40] as const;
/** Seconds from done to chargeback, at least and at most. */
const CHARGEBACK_DELAY = [60, 6 * 3600] as const;
/** Seconds until a version is sent again: well within the window of 5 minutes. */
const RESEND_DELAY = [0, 180] as const;

/** Each country pays in its own currency; 420 is the US dollar. */
const COUNTRIES = [
  ["canada", 410],
  ["usa", 420],
  ["russia", 430],
  ["turkey", 440],
  ["england", 450],
  ["china", 460],
  ["japan", 470],
] as const;

export const CURRENCY_CODES: readonly number[] = COUNTRIES.map(([, code]) => code);

/** In the source's own words; an outgoing amount is below zero. */
const TRANSACTION_TYPES = [
  ["authorization", 1],
  ["authorization_commission", 1],
  ["c2a_incoming", 1],
  ["c2b_partner_incoming", 1],
  ["c2b_partner_outgoing", -1],
  ["loyalty_cashback", 1],
  ["sbp_incoming", 1],
  ["sbp_outgoing", -1],
  ["transfer_incoming", 1],
  ["transfer_outgoing", -1],
] as const;

/** A version of an operation, once for each time that it is sent. */
export interface Sending {
  /** When it is sent: seconds since the operation's midnight. */
  at: number;
  /** What it says of its time: the same, but in a version sent again that of the first time. */
  sent: number;
  status: string;
}

/** An operation and what is sent of it. */
export interface Operation {
  id: string;
  /** Its payload as JSON, up to and without the status. */
  head: string;
  /** Its payload between the status and the time. */
  tail: string;
  sendings: Sending[];
}

/** What an operation is made of. */
export interface OperationKey {
  seed: number;
  /** Days since 1970-01-01. */
  day: number;
  /** Of the operation in its day, from 0. */
  index: number;
  operationsPerDay: number;
}

/** Makes an operation of its key; those of a day begin in the order of their index. */
export function operationOf(key: OperationKey): Operation {
  const random = randomOf(key.seed, key.day, key.index);
  const id = uuidOf(random);
  const [country, currency] = random.pick(COUNTRIES);
  const [type, sign] = random.pick(TRANSACTION_TYPES);
  let from = sender(random, key);
  let to = random.between(100_000, 9_999_999);
  if (random.chance(SHARES.test)) {
    if (random.chance(0.5)) from = -1;
    else to = -1;
  }
  // Small payments and large ones, in cents: 1.00 to 225,000.00.
  const amount = sign * random.between(100, 900_000) * random.pick([1, 25]);
  const start = secondAt((key.index + random.next() / 2 ** 32) / key.operationsPerDay);
  return {
    id,
    head: `{"operation_id": "${id}", "account_number_from": ${from}, "account_number_to": ${to}, ` +
      `"currency_code": ${currency}, "country": "${country}"`,
    tail: `"transaction_type": "${type}", "amount": ${amount}`,
    sendings: sendingsOf(random, start),
  };
}

/** One of a tenth as many accounts as there are operations a day, the same on every day. */
function sender(random: Random, { seed, operationsPerDay }: OperationKey): number {
  const number = random.between(0, Math.ceil(operationsPerDay / 10));
  const { between } = randomOf(seed, SENDERS, number);
  return between(100_000, 999_999);
}

/** Stands for the day in the keys of what does not depend on the day: none of the years 1 to 9999. */
const SENDERS = 0x7fffffff;

function sendingsOf(random: Random, start: number): Sending[] {
  const sendings: Sending[] = [];
  let time = start;
  for (const status of statusesOf(random)) {
    if (status === "chargeback") time += random.between(...CHARGEBACK_DELAY);
    else if (status !== "queued") time += random.pick(STATUS_DELAYS);
    sendings.push({ at: time, sent: time, status });
    if (random.chance(SHARES.resent)) {
      sendings.push({ at: time + random.between(...RESEND_DELAY), sent: time, status });
    }
  }
  return sendings;
}

function statusesOf(random: Random): readonly string[] {
  const fate = random.next() / 2 ** 32;
  if (fate < SHARES.blocked) return ["queued", "in_progress", "blocked"];
  if (fate < SHARES.blocked + SHARES.stuck) return ["queued", "in_progress"];
  if (fate < SHARES.blocked + SHARES.stuck + SHARES.chargeback) {
    return ["queued", "in_progress", "done", "chargeback"];
  }
  return ["queued", "in_progress", "done"];
}
