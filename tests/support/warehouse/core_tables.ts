/** A warehouse's core as its tables have it, with each key looked up, and compared with the model's. */
import assert from "node:assert/strict";
import { cents, type CoreModel, modelDate, type ModelFact, type ModelRate } from "./core_model.ts";
import type { TestWarehouse, TextRow } from "./warehouses.ts";

/** The statuses that the contract knows, in the order of an operation's life. */
const STATUSES = ["queued", "in_progress", "blocked", "done", "chargeback"];

/** Compares again and again: keys that were given once must be the same the next time. */
export class CoreTables {
  readonly #keys = new Map<string, string>();

  constructor(readonly test: TestWarehouse) {}

  /** Facts and dimensions, and `v_transactions`, are those of the model; keys are kept. */
  async assertEqual(model: CoreModel): Promise<void> {
    const { dates, currencies, accounts, countries, statuses, types } = await this.#dimensions(
      model,
    );
    const facts = (await this.#rows("fct_transactions")).map((row): ModelFact => ({
      date: found(dates, row.date_key),
      objectId: row.object_id!,
      operationId: row.operation_id!,
      from: found(accounts, row.account_from_key),
      to: found(accounts, row.account_to_key),
      currency: found(currencies, row.currency_key),
      country: found(countries, row.country_key),
      status: found(statuses, row.status_key),
      type: found(types, row.transaction_type_key),
      isTest: row.is_test === "t",
      amount: row.amount!,
      rate: row.rate!,
      amountUsd: row.amount_usd!,
      transactionDt: row.transaction_dt!,
      sentDttm: row.sent_dttm!,
    }));
    assertSame(facts, model.facts, "facts of transactions");
    const rates = (await this.#rows("fct_currency_rates")).map((row): ModelRate => ({
      date: found(dates, row.date_key),
      currency: found(currencies, row.currency_key),
      currencyWith: found(currencies, row.currency_with_key),
      rate: row.rate!,
      dateUpdate: row.date_update!,
      objectId: row.object_id!,
    }));
    assertSame(rates, model.rates, "facts of currency rates");
    await this.#assertView(model.facts);
  }

  /** The facts that the mart counts give it, to the cent; its days are those that were built last. */
  async assertMart(model: CoreModel, days: readonly string[]): Promise<void> {
    const cells = new Map<string, { count: number; units: bigint; accounts: Set<string> }>();
    for (const { date, currency, status, isTest, amountUsd, from } of model.facts) {
      if (status !== "done" || isTest || amountUsd === null || !days.includes(date)) continue;
      const cell = cells.get(`${date} ${currency}`) ??
        { count: 0, units: 0n, accounts: new Set<string>() };
      cell.count++;
      cell.units += BigInt(amountUsd.replace(".", ""));
      cells.set(`${date} ${currency}`, { ...cell, accounts: cell.accounts.add(from) });
    }
    const expected = [...cells].map(([key, { count, units, accounts }]) =>
      `${key} ${count} ${accounts.size} ${cents(units)}`
    );
    const mart = (await this.test.mart()).filter((row) => days.includes(row.date_update));
    assert.deepEqual(
      mart.map((row) =>
        `${row.date_update} ${row.currency_from} ${row.cnt_transactions} ` +
        `${row.cnt_accounts_make_transactions} ${row.amount_total}`
      ).sort(),
      expected.sort(),
    );
  }

  #rows(table: string): Promise<TextRow[]> {
    return this.test.query(`SELECT * FROM mart.${table}`);
  }

  async #dimensions(model: CoreModel) {
    const dates = await this.#members("dim_dates", "date_key", "date", (row) => {
      const { date_key, date, is_weekend, ...rest } = row;
      const { isWeekend, ...numbers } = modelDate(date!);
      assert.equal(date_key, String(Number(date!.replaceAll("-", ""))));
      assert.deepEqual(Object.values(rest), Object.values(numbers).map(String), date!);
      assert.equal(is_weekend, isWeekend ? "t" : "f");
    });
    const currencies = await this.#members(
      "dim_currencies",
      "currency_key",
      "currency_key",
      (row) => {
        const known = row.currency_key === "420" ? ["USD", "US dollar"] : [null, null];
        assert.deepEqual([row.alphabetic_code, row.name], known);
      },
    );
    const accounts = await this.#members("dim_accounts", "account_key", "account_number", (row) => {
      const number = row.account_number!;
      assert.equal(row.is_test, BigInt(number) <= 0n ? "t" : "f");
      assert.equal(row.first_seen_date, model.accounts.get(number), `account ${number}`);
    });
    const statuses = await this.#members("dim_statuses", "status_key", "status", (row) => {
      const rank = STATUSES.indexOf(row.status!);
      assert.equal(row.rank, rank === -1 ? null : String(rank));
      assert.equal(row.is_known, rank === -1 ? "f" : "t");
    });
    const countries = await this.#members("dim_countries", "country_key", "country");
    const types = await this.#members(
      "dim_transaction_types",
      "transaction_type_key",
      "transaction_type",
    );
    const all = { dates, currencies, accounts, countries, statuses, types };
    for (const name of Object.keys(all) as (keyof typeof all)[]) {
      assertSame([...all[name].values()], [...model[name].keys()], name);
    }
    return all;
  }

  /** A dimension's members by their keys: each once, and under the key that it always had. */
  async #members(
    table: string,
    key: string,
    member: string,
    check: (row: TextRow) => void = () => {},
  ): Promise<Map<string, string>> {
    const rows = await this.#rows(table);
    const members = new Map(rows.map((row) => [row[key]!, row[member]!]));
    assert.equal(members.size, rows.length, `${table} has a key twice`);
    assert.equal(new Set(members.values()).size, rows.length, `${table} has a member twice`);
    for (const [given, name] of members) {
      const known = `${table} ${name}`;
      assert.equal(this.#keys.get(known) ?? given, given, `${known} has another key now`);
      this.#keys.set(known, given);
    }
    rows.forEach(check);
    return members;
  }

  async #assertView(facts: readonly ModelFact[]): Promise<void> {
    const rows = await this.#rows("v_transactions");
    const shown = rows.map(({ load_dt: _, load_src: __, ...row }) => Object.values(row));
    const expected = facts.map((fact) => {
      const rank = STATUSES.indexOf(fact.status);
      return [
        fact.date,
        fact.objectId,
        fact.operationId,
        fact.from,
        fact.to,
        fact.isTest ? "t" : "f",
        fact.currency,
        fact.currency === "420" ? "USD" : null,
        fact.country,
        fact.status,
        rank === -1 ? null : String(rank),
        fact.type,
        fact.amount,
        fact.rate,
        fact.amountUsd,
        fact.transactionDt,
        fact.sentDttm,
      ];
    });
    assertSame(shown, expected, "v_transactions");
  }
}

function found(members: Map<string, string>, key: string | null | undefined): string {
  const member = members.get(key!);
  assert.ok(member !== undefined, `no dimension has the key ${key}`);
  return member;
}

/** The same things, in whatever order. */
function assertSame(found: readonly unknown[], expected: readonly unknown[], what: string): void {
  const texts = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  assert.deepEqual(texts(found), texts(expected), what);
}
