import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { emulate, type Emulation, SHARES } from "../../lib/events/emulator.ts";

const RANK = ["queued", "in_progress", "blocked", "done", "chargeback"];

interface Message {
  object_id: string;
  object_type: "TRANSACTION" | "CURRENCY";
  sent_dttm: string;
  payload: Record<string, string | number>;
}

function emulation(from: string, to: string, rest: Partial<Emulation> = {}): Emulation {
  return {
    from: Temporal.PlainDate.from(from),
    to: Temporal.PlainDate.from(to),
    operationsPerDay: 100,
    seed: 1,
    ...rest,
  };
}

function messagesOf(given: Emulation): Message[] {
  return Array.from(emulate(given), (text) => JSON.parse(text));
}

function isTransaction({ object_type }: Message): boolean {
  return object_type === "TRANSACTION";
}

/** Seconds since the epoch. */
function seconds(dateTime: string): number {
  return Date.parse(`${dateTime}Z`) / 1000;
}

function groupById(messages: Message[]): Message[][] {
  return [...Map.groupBy(messages, ({ object_id }) => object_id).values()];
}

/** Two days of 10,000 operations. */
const BUSY = messagesOf(emulation("2022-10-01", "2022-10-02", { operationsPerDay: 10_000 }));

Deno.test("the messages of a seed never change", () => {
  const hash = createHash("sha256");
  for (const text of emulate(emulation("2022-10-01", "2022-10-03"))) hash.update(text + "\n");
  // Figures, examples and other people's tests rest on it; a change is a break.
  assert.equal(
    hash.digest("hex"),
    "17e9424c8ebf14dad55c4ad62fc5fb2d93fd6a1e6432fdab0d91870de6285256",
  );
});

Deno.test("another seed gives other messages, also beyond 32 bits", () => {
  const ids = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].flatMap((seed) =>
    groupById(messagesOf(emulation("2022-10-01", "2022-10-01", { seed })).filter(isTransaction))
      .map((versions) => versions[0]!.object_id)
  );
  assert.ok(ids.length >= 500);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("a range's messages are those of its parts, wherever it is divided", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("0001-01-01", "1969-12-30", "2022-10-01", "2024-02-28"),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 150 }),
      fc.maxSafeNat(),
      (from, before, after, operationsPerDay, seed) => {
        const start = Temporal.PlainDate.from(from);
        const middle = start.add({ days: before });
        const to = middle.add({ days: after });
        const rest = { operationsPerDay, seed };
        assert.deepEqual(
          [...emulate({ from: start, to: middle, ...rest })]
            .concat([...emulate({ from: middle.add({ days: 1 }), to, ...rest })]),
          [...emulate({ from: start, to, ...rest })],
        );
      },
    ),
    { numRuns: 10 },
  );
});

Deno.test("the text looks like the service's", () => {
  const file = new URL("../fixtures/events.jsonl", import.meta.url);
  const sample = Deno.readTextFileSync(file).trimEnd().split("\n");
  const shape = (text: string) =>
    text.replace(/: "[^"]*"/g, ": text").replace(/: -?\d+\.\d+/g, ": decimal")
      .replace(/: -?\d+/g, ": whole");
  const ours = new Set(Array.from(emulate(emulation("2022-10-01", "2022-10-02")), shape));
  assert.deepEqual(ours, new Set(sample.map(shape)));
  const values = (messages: Message[], field: string) =>
    [...new Set(messages.map(({ payload }) => payload[field]))].sort();
  for (const field of ["currency_code", "currency_code_with", "country", "status"]) {
    assert.deepEqual(values(BUSY, field), values(sample.map((text) => JSON.parse(text)), field));
  }
});

Deno.test("transactions are of the source's types, in its own words", () => {
  const types = new Set(BUSY.filter(isTransaction).map(({ payload }) => payload.transaction_type));
  assert.deepEqual([...types].sort(), [
    "authorization",
    "authorization_commission",
    "c2a_incoming",
    "c2b_partner_incoming",
    "c2b_partner_outgoing",
    "loyalty_cashback",
    "sbp_incoming",
    "sbp_outgoing",
    "transfer_incoming",
    "transfer_outgoing",
  ]);
});

Deno.test("every message is of a date asked for, and says when it was sent", () => {
  for (const { sent_dttm, payload } of messagesOf(emulation("2022-10-01", "2022-10-03"))) {
    assert.equal(payload.transaction_dt ?? payload.date_update, sent_dttm.replace("T", " "));
    assert.ok(sent_dttm >= "2022-10-01" && sent_dttm < "2022-10-04", sent_dttm);
  }
});

Deno.test("each day begins with a rate for every ordered pair of currencies", () => {
  const messages = messagesOf(emulation("2022-10-01", "2022-10-03"));
  const rates = messages.filter(({ object_type }) => object_type === "CURRENCY");
  const days = Map.groupBy(rates, ({ sent_dttm }) => sent_dttm);
  assert.deepEqual(
    [...days.keys()],
    ["2022-10-01T00:00:00", "2022-10-02T00:00:00", "2022-10-03T00:00:00"],
  );
  for (const [midnight, ofDay] of days) {
    const pairs = ofDay.map(({ payload: { currency_code, currency_code_with } }) => {
      assert.notEqual(currency_code, currency_code_with);
      return `${currency_code} ${currency_code_with}`;
    });
    assert.equal(new Set(pairs).size, 42);
    assert.equal(pairs.length, 42);
    const first = messages.findIndex(({ sent_dttm }) => sent_dttm >= midnight);
    assert.equal(messages[first], ofDay[0]);
    for (const { payload } of ofDay) {
      assert.ok(Number(payload.currency_with_div) >= 0.87);
      assert.ok(Number(payload.currency_with_div) <= 1.13);
    }
  }
  assert.equal(new Set(rates.map(({ object_id }) => object_id)).size, rates.length);
});

Deno.test("an operation keeps its facts while its status moves on", () => {
  for (const versions of groupById(BUSY.filter(isTransaction))) {
    const fixed = versions.map(({ payload: { status: _, transaction_dt: __, ...rest } }) => rest);
    for (const facts of fixed) assert.deepEqual(facts, fixed[0]);
    const facts = fixed[0]!;
    assert.match(
      versions[0]!.object_id,
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.equal(facts.operation_id, versions[0]!.object_id);
    const outgoing = String(facts.transaction_type).endsWith("outgoing");
    assert.equal(Math.sign(Number(facts.amount)), outgoing ? -1 : 1);
    const byTime = [...versions].sort((a, b) =>
      seconds(a.sent_dttm) - seconds(b.sent_dttm) ||
      RANK.indexOf(String(a.payload.status)) - RANK.indexOf(String(b.payload.status))
    );
    const ranks = byTime.map(({ payload }) => RANK.indexOf(String(payload.status)));
    assert.deepEqual(ranks, [...ranks].sort());
  }
});

Deno.test("only what is sent again is late, and never beyond the window", () => {
  const seen = new Set<string>();
  let latest = 0;
  let again = 0;
  let overtaken = 0;
  for (const message of BUSY) {
    const version = JSON.stringify(message);
    const sent = seconds(message.sent_dttm);
    if (seen.has(version)) {
      again++;
      assert.ok(sent >= latest - 300, message.sent_dttm);
      if (sent < latest) overtaken++;
    } else {
      assert.ok(sent >= latest, message.sent_dttm);
    }
    seen.add(version);
    latest = Math.max(latest, sent);
  }
  assertShare(again, seen.size, SHARES.resent);
  assert.ok(overtaken > again / 2);
});

Deno.test("fates, test accounts and midnight are shared out as documented", () => {
  const operations = groupById(BUSY.filter(isTransaction));
  // Those that began and could end on the days that are here.
  const whole = operations.filter(([first]) =>
    first!.payload.status === "queued" && first!.sent_dttm < "2022-10-02T17:00:00"
  );
  const withStatus = (status: string) =>
    whole.filter((versions) => versions.some(({ payload }) => payload.status === status)).length;
  assert.ok(whole.length > 15_000);
  assertShare(withStatus("blocked"), whole.length, SHARES.blocked);
  assertShare(withStatus("chargeback"), whole.length, SHARES.chargeback);
  assertShare(withStatus("done") + withStatus("blocked"), whole.length, 1 - SHARES.stuck);
  const tests = operations.filter(([first]) =>
    Number(first!.payload.account_number_from) < 0 || Number(first!.payload.account_number_to) < 0
  );
  assertShare(tests.length, operations.length, SHARES.test);
  const days = (versions: Message[]) => new Set(versions.map((v) => v.sent_dttm.slice(0, 10)));
  assert.ok(operations.filter((versions) => days(versions).size === 2).length > 10);
  const senders = new Set(operations.map(([first]) => first!.payload.account_number_from));
  assert.ok(senders.size > 900 && senders.size <= 1002, String(senders.size));
});

Deno.test("messages are made as they are asked for, to the last date that there is", () => {
  const [first] = emulate(emulation("0001-01-01", "9999-12-31", { operationsPerDay: 100_000 }));
  assert.match(first!, /0001-01-01T00:00:00/);
  assert.ok(messagesOf(emulation("9999-12-31", "9999-12-31")).length > 300);
});

/** Within four standard deviations of what chance would give. */
function assertShare(count: number, total: number, share: number): void {
  const slack = 4 * Math.sqrt(total * share * (1 - share));
  assert.ok(Math.abs(count - total * share) < slack, `${count} of ${total}, not ${share}`);
}
