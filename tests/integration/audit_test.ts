/** Whether the books balance, and what is told where they do not. */
import assert from "node:assert/strict";
import { readBooks } from "../../lib/audit/read_books.ts";
import { compareBooks } from "../../lib/audit/audit.ts";
import { auditJson } from "../../lib/rendering/audit/json.ts";
import { auditText } from "../../lib/rendering/audit/text.ts";
import type { BooksSnapshot } from "../../lib/staging/books.ts";
import { partitionPaths } from "../../lib/partitions/manifest_file.ts";
import { DAY, dayMessages, DAYS } from "../support/audit/days.ts";
import { type AuditPlace, auditTest } from "../support/audit/place.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";

const ALL = {
  from: Temporal.PlainDate.from("0001-01-01"),
  to: Temporal.PlainDate.from("9999-12-31"),
};
const DONE = { statuses: ["done"], types: undefined };

const rateOf = (day: string, currency: number, value: number) =>
  rateMessage(
    { date_update: `${day} 09:00:00`, currency_code: currency, currency_with_div: value },
    { sent_dttm: `${day}T09:00:00` },
  );

/** Causes of the differences, each once. */
async function causes(place: AuditPlace): Promise<string[]> {
  const { differences } = await place.audit();
  return [...new Set(differences.map(({ day, link, cause }) => `${day} ${link}: ${cause}`))];
}

auditTest(
  "a day that is landed and not loaded, or loaded and not built, is missing",
  async (place) => {
    assert.deepEqual(await place.differences(), [], "nothing is known of any day");
    await place.land(dayMessages());
    const [first, second, third] = DAYS;
    await place.build(first);
    await place.dump(second);
    await place.load(second);
    await place.dump(third);
    assert.deepEqual(await causes(place), [
      `${second} dwh: missing: loaded and never built`,
      `${second} cdm: missing: loaded and never built`,
      `${third} load: missing: landed and never loaded`,
    ]);
    // The clock is that of 2022-10-06: days that are not over are neither missing nor stale.
    await place.land(jsonl(rateOf("2022-10-06", 430, 2), rateOf("2022-11-01", 430, 2)));
    const open = { from: Temporal.PlainDate.from("2022-10-06"), to: ALL.to };
    const { days, differences } = await place.audit(open);
    assert.deepEqual(days.map(({ facts }) => `${facts.day}`), ["2022-10-06", "2022-11-01"]);
    assert.deepEqual(differences, []);
    await place.build(second, third);
    assert.deepEqual(await place.differences(), []);
    const range = { from: Temporal.PlainDate.from(second), to: Temporal.PlainDate.from(third) };
    const some = await place.audit(range);
    assert.deepEqual(some.days.map(({ facts }) => `${facts.day}`), [second, third]);
  },
);

auditTest("what is stale is told so, and once", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  await place.land(jsonl(transactionMessage({ transaction_dt: `${DAY} 12:00:00` })));
  assert.deepEqual(await causes(place), [
    `${DAY} dump: stale: 1 row of transactions landed since (1 from stdin[1])`,
  ]);
  await place.dump(DAY);
  assert.deepEqual(await causes(place), [
    `${DAY} load: stale: another file of transactions was dumped`,
  ]);
  await place.load(DAY);
  assert.deepEqual(await causes(place), [
    `${DAY} dwh: stale: built from another load of transactions`,
    `${DAY} cdm: stale: built from another load of transactions`,
  ]);
  await place.cdm(DAY);
  assert.deepEqual(await causes(place), [
    `${DAY} dwh: stale: built from another load of transactions`,
  ]);
  await place.dwh(DAY);
  assert.deepEqual(await causes(place), []);
  // A late rate makes the days after it stale, up to the next one.
  await place.land(jsonl(rateOf(DAYS[0], 440, 7)));
  await place.dump(DAYS[0]);
  await place.load(DAYS[0]);
  await place.dwh(DAYS[0]);
  await place.cdm(DAYS[0]);
  const late = "stale: the rate of currency 440 has changed";
  assert.deepEqual(
    await causes(place),
    DAYS.slice(1).flatMap((day) => ["dwh", "cdm"].map((step) => `${day} ${step}: ${late}`)),
  );
  // With another rate the two do not agree in dollars: that one of them is stale is said, and no more.
  await place.cdm(DAYS[1]);
  await place.dwh(DAYS[2]);
  assert.deepEqual(await causes(place), [`${DAYS[1]} dwh: ${late}`, `${DAYS[2]} cdm: ${late}`]);
  await place.dwh(DAYS[1]);
  await place.cdm(DAYS[2]);
  assert.deepEqual(await causes(place), []);
  await place.warehouse.undoDay("currencies", Temporal.PlainDate.from(DAYS[0]));
  assert.match(
    (await causes(place))[0]!,
    /^2022-10-01 load: stale: the last load of currencies was/,
  );
});

auditTest("a day is counted as it was built, whatever is asked for now", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  const asked = { statuses: ["blocked", "done", "odd, one"], types: ["c2c"] };
  await place.cdm(DAY, asked.statuses, asked.types);
  assert.deepEqual(await place.differences(), [
    `${DAY} transactions cdm: done | blocked,done,odd, one`,
    `${DAY} transactions cdm: all | c2c`,
  ]);
  assert.deepEqual(
    auditJson(await place.audit()).days.map(({ mart }) => mart),
    [
      notCounted({ blocked: 1, "odd, one": 1 }, {}, 15),
      notCounted({}, { p2p: 1 }, 16),
      notCounted({ blocked: 1, "odd, one": 1 }, {}, 15),
    ],
  );
});

const notCounted = (
  by_status: Record<string, number>,
  by_type: Record<string, number>,
  counted: number,
) => ({ counted: counted - 1, left_out: 4, by_status, by_type, test_accounts: 1 });

auditTest("objects whose versions differ in more than their status are listed", async (place) => {
  await place.land(dayMessages());
  const version = (hour: number, amount: number) =>
    transactionMessage({ amount, transaction_dt: `${DAY} 0${hour}:00:00` }, {
      object_id: "ffffffff-0000-4000-8000-000000000001",
      sent_dttm: `${DAY}T0${hour}:00:00`,
    });
  await place.land(jsonl(version(1, 5), version(2, 6), version(3, 6)));
  await place.build(...DAYS);
  const audit = await place.audit();
  assert.deepEqual(audit.differences, []);
  assert.deepEqual(auditJson(audit).conflicts, [
    { date: DAY, object_id: "ffffffff-0000-4000-8000-000000000001", versions: 3 },
  ]);
  const text = [...auditText(audit)].join("");
  assert.match(
    text,
    /no difference\):\n2022-10-02 +ffffffff-0000-4000-8000-000000000001 +3 versions\n/,
  );
  assert.match(text, /Not counted by a status that the contract does not name: "odd, one" 3\n/);
  assert.match(text, /The books balance: 3 days\n$/);
});

auditTest("rows that the warehouse refused are in the books", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  await place.dump(DAY);
  // What no dump writes: a currency that there is none of.
  const { data, manifest } = partitionPaths(
    place.workDir,
    "transactions",
    Temporal.PlainDate.from(DAY),
  );
  const text = (await Deno.readTextFile(data)).replace(",430,", ",4300,");
  await Deno.writeTextFile(data, text);
  const bytes = new TextEncoder().encode(text);
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const said = { ...JSON.parse(await Deno.readTextFile(manifest)), bytes: bytes.length, sha256 };
  await Deno.writeTextFile(manifest, JSON.stringify(said));
  await place.query(
    { end: "staging" },
    `UPDATE finpipe.dumps SET sha256 = '${sha256}', bytes = ${bytes.length}
     WHERE dataset = 'transactions' AND day = '${DAY}'`,
  );
  await place.load(DAY, { maxRejected: 1 });
  await place.dwh(DAY);
  await place.cdm(DAY);
  const audit = await place.audit();
  assert.deepEqual(audit.differences, []);
  const { loaded, refused, dumped } = auditJson(audit).days[1]!.datasets.transactions!;
  assert.deepEqual([loaded! + 1, refused, dumped], [dumped, 1, 21]);
});

auditTest("rows that land while staging is counted make no difference", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  await using beside = await place.another!();
  let landed = 0;
  const landing = {
    snapshot: <T>(work: (snapshot: BooksSnapshot) => Promise<T>) =>
      place.staging.books.snapshot((snapshot) =>
        work(
          new Proxy(snapshot, {
            get(target, name: keyof BooksSnapshot) {
              return async (...args: never[]) => {
                // deno-lint-ignore ban-types
                const result = await (target[name] as Function).call(target, ...args);
                landed++;
                const time = `${DAY} 13:00:${String(landed % 60).padStart(2, "0")}`;
                await beside.land(jsonl(
                  transactionMessage({ transaction_dt: time }, { object_id: crypto.randomUUID() }),
                  "no message",
                ));
                return result;
              };
            },
          }),
        )
      ),
  };
  const books = await readBooks({ ...place.ends, staging: { books: landing } }, ALL);
  assert.ok(landed > 10);
  assert.deepEqual(compareBooks(books, { range: ALL, asked: DONE }).differences, []);
  assert.deepEqual(await place.differences(), [
    `${DAY} transactions dump: ${42 + landed} | 42`,
  ]);
}, ["servers"]);

auditTest("a dump, load or build that runs beside an audit makes no difference", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  await using beside = await place.another!();
  const stop = new AbortController();
  const works = (async () => {
    while (!stop.signal.aborted) {
      await beside.dump(DAY);
      await beside.load(DAY, { force: true });
      await beside.dwh(DAY);
      await beside.cdm(DAY);
    }
  })();
  try {
    for (let audits = 0; audits < 5; audits++) {
      const { differences, moving, days } = await place.audit();
      // Between load and cdm core and mart are stale: that is so.
      const others = differences.filter(({ link, cause }) =>
        link !== "dwh" && link !== "cdm" && !cause.includes("is running")
      );
      assert.deepEqual(others, []);
      assert.equal(days.length + moving.length, DAYS.length);
      assert.ok([...differences.map(({ day }) => day), ...moving].every((day) => `${day}` === DAY));
    }
  } finally {
    stop.abort();
    await works;
  }
  assert.deepEqual(await place.differences(), []);
}, ["servers"]);

auditTest("a member of a dimension that is there twice is told, over all dates", async (place) => {
  await place.land(dayMessages());
  await place.build(...DAYS);
  const table = { end: "warehouse", name: "mart.dim_statuses" } as const;
  await place.kept(table, async () => {
    await place.query(table, "INSERT INTO mart.dim_statuses VALUES (999, 'done', 3, true)");
    assert.deepEqual(
      (await place.audit()).differences.map(({ link, dimension, left, right, cause }) => {
        return `${dimension} ${link}: ${left! as number - (right! as number)} more: ${cause}`;
      }),
      [
        "dim_statuses core_members: 1 more: dim_statuses has a member twice: rows were added or " +
        "changed by hand",
      ],
    );
  });
  assert.deepEqual(await place.differences(), []);
}, ["servers"]);

auditTest(
  "an account that was first seen on a date that no fact ever had is told",
  async (place) => {
    await place.land(dayMessages());
    await place.build(...DAYS);
    const table = { end: "warehouse", name: "mart.dim_accounts" } as const;
    const first = "UPDATE mart.dim_accounts SET first_seen_date = DATE";
    await place.kept(table, async () => {
      // Earlier than any fact of it, so that its facts agree.
      await place.query(table, `${first} '2001-02-03' WHERE account_number = 1001`);
      assert.deepEqual(
        (await place.audit()).differences.map(({ link, dimension, left, right, cause }) =>
          `${dimension} ${link}: ${left! as number - (right! as number)}: ${cause}`
        ),
        ["dim_accounts core_members: 1: values of dim_accounts were changed by hand"],
      );
    });
    await place.kept(table, async () => {
      // What a build that broke off leaves of an account that no fact names.
      await place.query(
        table,
        "INSERT INTO mart.dim_accounts VALUES (999999, 999999, false, DATE '9999-12-31')",
      );
      assert.deepEqual(await place.differences(), []);
    });
  },
);

auditTest(
  "extreme amounts and rates, and texts that differ in what is not seen, balance",
  async (place) => {
    const [day] = DAYS;
    const at = { transaction_dt: `${day} 12:00:00` };
    const sent = { sent_dttm: `${day}T12:00:00` };
    const greatest = "9223372036854775807";
    const rows = [
      { amount: 100000000000001 },
      { amount: -100000000000001 },
      ...["x", "\ufeffx", "x ", "X", "", " ", "\ufeff", "done ", "\ufeffdone"].map((text) => ({
        status: text,
        country: text,
        transaction_type: text,
      })),
    ].map((payload) => transactionMessage({ ...at, ...payload }, sent));
    const extreme = ["", "-"].map((sign) =>
      transactionMessage({ ...at, amount: 1717 }, sent).replace("1717", `${sign}${greatest}`)
    );
    await place.land(jsonl(rateOf(day, 430, 1.234567), ...rows, ...extreme));
    await place.build(day);
    const { differences, days } = await place.audit();
    assert.deepEqual(differences.map(({ link, cause }) => `${link}: ${cause}`), []);
    assert.equal(days[0]!.facts.loads.transactions?.rows, rows.length + extreme.length);
  },
);
