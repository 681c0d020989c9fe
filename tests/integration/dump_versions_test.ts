/** Which of the versions of an object a partition file holds (contract, section 4), on each engine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { objectId } from "../support/partitions/rows.ts";
import { engineTests } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";

const engineTest = engineTests();

const DAY = "2022-10-01";

/** The fields of a file's rows, as another program reads them. */
function rowsOf(text: string): string[][] {
  return parse(text, { record_delimiter: "\n" });
}

engineTest(
  "versions of an object that differ in accounts, amount or currency are warned of",
  async (engine) => {
    const version = (id: number, minute: number, payload: Record<string, unknown>) =>
      transactionMessage(payload, {
        object_id: objectId(id),
        sent_dttm: `2022-10-01T12:0${minute}:00`,
      });
    const pairs = (id: number, one: Record<string, unknown>, other: Record<string, unknown>) => [
      version(id, 1, { ...one, country: "later" }),
      version(id, 0, { ...other, country: "earlier" }),
    ];
    const NEXT = { transaction_dt: "2022-10-02 12:00:00" };
    await engine.landText(jsonl(
      ...pairs(1, { status: "done" }, { status: "queued", transaction_type: "another" }),
      ...pairs(2, { account_number_from: 5 }, { account_number_from: 6 }),
      // Of two in the same second the one that was landed last.
      version(3, 0, { account_number_to: 6, country: "earlier" }),
      version(3, 0, { account_number_to: 5, country: "later" }),
      ...pairs(4, { amount: 7 }, { amount: 8 }),
      version(4, 0, { amount: 9, country: "earlier" }),
      ...pairs(5, { currency_code: 440 }, { currency_code: 430 }),
      // In another day they are another row.
      ...pairs(6, { amount: 1 }, { ...NEXT, amount: 2 }),
      rateMessage({ currency_with_div: 1 }, { object_id: objectId(7) }),
      rateMessage({ currency_with_div: 2 }, { object_id: objectId(7) }),
    ));
    await engine.logged();
    const [manifest] = await engine.dump(DAY);
    const warnings = (await engine.logged()).split("\n").filter((line) => line.includes("warn"));
    assert.deepEqual(warnings, [
      "warn: Versions of 4 objects of 2022-10-01 differ in accounts, amount or currency, as if two " +
      `operations shared one id: finpipe takes the latest version of each example=${objectId(2)}`,
    ]);
    const file = await engine.partitionFile("transactions", DAY);
    const rows = rowsOf(file);
    assert.deepEqual(
      rows.map(([id, , , from, to, currency, country, , , amount]) =>
        [id, from, to, currency, country, amount].join(" ")
      ),
      [
        `${objectId(1)} 1 2 430 later 100`,
        `${objectId(2)} 5 2 430 later 100`,
        `${objectId(3)} 1 5 430 later 100`,
        `${objectId(4)} 1 2 430 later 7`,
        `${objectId(5)} 1 2 440 later 100`,
        `${objectId(6)} 1 2 430 later 1`,
      ],
    );
    assert.equal(manifest!.rows, 6);
    assert.equal(manifest!.control_total, "408");
    assert.equal(manifest!.sha256, createHash("sha256").update(file).digest("hex"));
    // One dataset alone warns as well, the other has nothing to warn of.
    await engine.dump(DAY, ["currencies"]);
    await engine.dump("2022-10-02");
    assert.doesNotMatch(await engine.logged(), /warn/);
    await engine.dump(DAY, ["transactions"]);
    assert.match(await engine.logged(), /warn: Versions of 4 objects/);
  },
);

const STATUSES = ["a later one", "queued", "in_progress", "blocked", "done", "chargeback"];

engineTest("of each object the latest version of the day is taken", async (engine) => {
  const sentAt = (minute: number) => ({ sent_dttm: `2022-10-01T12:0${minute}:00` });
  const version = fc.record({
    object: fc.integer({ min: 1, max: 3 }),
    sent: fc.integer({ min: 0, max: 2 }),
    status: fc.constantFrom(...STATUSES, "Done", ""),
    day: fc.constantFrom("2022-10-01", "2022-10-02"),
  });
  const rank = (status: string) => Math.max(0, STATUSES.indexOf(status));
  let next = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 12 }), async (versions) => {
      const base = ++next * 10;
      // A country of its own tells versions apart that are otherwise alike.
      await engine.landText(
        jsonl(...versions.map(({ object, sent, status, day }, i) =>
          transactionMessage(
            { status, country: `v${i}`, transaction_dt: `${day} 12:00:00` },
            { ...sentAt(sent), object_id: objectId(base + object) },
          )
        )),
      );
      for (const day of ["2022-10-01", "2022-10-02"]) {
        const latest = new Map<number, { sent: number; status: string; country: string }>();
        for (const [i, { object, sent, status, day: of }] of versions.entries()) {
          const before = latest.get(object);
          const isLater = before === undefined || sent > before.sent ||
            (sent === before.sent && rank(status) >= rank(before.status));
          if (of === day && isLater) latest.set(object, { sent, status, country: `v${i}` });
        }
        await engine.dump(day, ["transactions"]);
        const dumped = rowsOf(await engine.partitionFile("transactions", day))
          .filter(([id]) => id! > objectId(base) && id! < objectId(base + 10))
          .map((row) => [row[0], row[7], row[6]]);
        assert.deepEqual(
          dumped,
          [...latest].sort(([one], [other]) => one - other)
            .map(([object, { status, country }]) => [objectId(base + object), status, country]),
        );
      }
    }),
    { numRuns: 15 },
  );
});

engineTest(
  "at equal sent times the later status is taken, whichever was landed last",
  async (engine) => {
    const pairs = STATUSES.flatMap((one, i) => STATUSES.slice(i + 1).map((later) => [one, later]))
      .flatMap(([one, later]) => [[one!, later!, later!], [later!, one!, later!]]);
    await engine.landText(
      jsonl(
        ...pairs.flatMap(([first, second], i) =>
          [first!, second!].map((status) =>
            transactionMessage({ status }, { object_id: objectId(i) })
          )
        ),
      ),
    );
    await engine.dump(DAY, ["transactions"]);
    assert.deepEqual(
      rowsOf(await engine.partitionFile("transactions", DAY)).map((row) => row[7]),
      pairs.map(([, , taken]) => taken),
    );
  },
);

engineTest("of a rate the version sent last, then landed last, is taken", async (engine) => {
  const rate = (sent: string, value: number, id: number) =>
    rateMessage({ currency_with_div: value }, { sent_dttm: sent, object_id: objectId(id) });
  await engine.landText(jsonl(
    rate("2022-10-01T00:00:01", 1, 1),
    rate("2022-10-01T00:00:00", 2, 1),
    rate("2022-10-01T00:00:00", 3, 2),
    rate("2022-10-01T00:00:00", 4, 2),
  ));
  await engine.dump(DAY, ["currencies"]);
  const rows = rowsOf(await engine.partitionFile("currencies", DAY));
  assert.deepEqual(rows.map((row) => row[5]), ["1.000000", "4.000000"]);
});
