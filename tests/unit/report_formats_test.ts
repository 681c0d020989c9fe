/** The forms of a report, from rows to text. */
import assert from "node:assert/strict";
import { inBlocks } from "../../lib/rendering/blocks.ts";
import { FORMATS } from "../../lib/rendering/mart/formats.ts";
import { tableTerminal } from "../../lib/rendering/mart/table_terminal.ts";
import type { Output } from "../../lib/runtime/io.ts";
import type { MartRow } from "../../lib/warehouse/repository.ts";

const ROW: MartRow = {
  hk_global_metrics: "20221001430",
  date_update: "2022-10-01",
  currency_from: "430",
  amount_total: "-1234567.80",
  cnt_transactions: "52",
  avg_transactions_per_account: "1.2683",
  cnt_accounts_make_transactions: "41",
  load_dt: "2022-10-02 03:04:05",
  load_src: "finpipe 0.1.0",
};
const OTHER: MartRow = { ...ROW, date_update: "2022-10-02", currency_from: "9" };

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function render(format: keyof typeof FORMATS, rows: readonly MartRow[]): Promise<string> {
  return (await Array.fromAsync(FORMATS[format](streamOf(rows)))).join("");
}

Deno.test("csv has the contract's columns under a header", async () => {
  assert.equal(
    await render("csv", [ROW]),
    "date_update,currency_from,amount_total,cnt_transactions,avg_transactions_per_account," +
      "cnt_accounts_make_transactions\n2022-10-01,430,-1234567.80,52,1.2683,41\n",
  );
});

Deno.test("csv of an empty mart is its header", async () => {
  assert.match(await render("csv", []), /^date_update,[^\n]+\n$/);
});

Deno.test("json has all columns, decimals as strings", async () => {
  const text = await render("json", [ROW, OTHER]);
  assert.deepEqual(JSON.parse(text)[0], {
    hk_global_metrics: 20221001430,
    date_update: "2022-10-01",
    currency_from: 430,
    amount_total: "-1234567.80",
    cnt_transactions: 52,
    avg_transactions_per_account: "1.2683",
    cnt_accounts_make_transactions: 41,
    load_dt: "2022-10-02 03:04:05",
    load_src: "finpipe 0.1.0",
  });
  assert.equal(JSON.parse(text).length, 2);
  assert.equal(text.split("\n").length, 5);
});

Deno.test("json of an empty mart is an empty array", async () => {
  assert.equal(await render("json", []), "[]\n");
});

Deno.test("the table puts a line between days and counts its rows", async () => {
  assert.equal(
    await render("table", [ROW, OTHER]),
    `\
      date  currency         amount, USD  transactions  per account    accounts
----------  --------  ------------------  ------------  -----------  ----------
2022-10-01   430             -1234567.80            52       1.2683          41
----------  --------  ------------------  ------------  -----------  ----------
2022-10-02     9             -1234567.80            52       1.2683          41

2 rows
`,
  );
});

Deno.test("the table has bars by the day's transactions on a terminal, and fits it", async () => {
  const rows = [
    ROW,
    { ...ROW, currency_from: "420", cnt_transactions: "26" },
    { ...OTHER, cnt_transactions: "0" },
  ];
  const table = async (columns: number, hasBlocks = true) => {
    const pieces = FORMATS.table(streamOf(rows), undefined, { columns, hasBlocks });
    return (await Array.fromAsync(pieces)).join("");
  };
  assert.equal(
    await table(90),
    `\
      date  currency         amount, USD  transactions  per account    accounts
----------  --------  ------------------  ------------  -----------  ----------
2022-10-01   430             -1234567.80            52       1.2683          41  █████████
2022-10-01   420 USD         -1234567.80            26       1.2683          41  ████▌
----------  --------  ------------------  ------------  -----------  ----------
2022-10-02     9             -1234567.80             0       1.2683          41

3 rows
`,
  );
  assert.match(
    await table(80),
    /transact\. {2}per acct\. {2}accounts\n.*\n2022-10-01 {2}430 .* {2}█{11}\n/,
  );
  assert.match(await table(140), /accounts {2}transactions\n.*\n2022-10-01 {3}430 .* {2}█{30}\n/);
  assert.match(await table(200, false), /accounts\n.*\n2022-10-01 {3}430 .* 41\n/);
  for (let columns = 1; columns < 250; columns++) {
    const longest = Math.max(...(await table(columns)).split("\n").map((line) => line.length));
    assert.ok(longest <= Math.max(columns, 35), `${longest} characters in ${columns}`);
  }
});

Deno.test("a terminal has bars where its locale has their characters", () => {
  const on = (env: Record<string, string>, stdout: Partial<Output> = {}) =>
    tableTerminal({
      stdout: { write: () => Promise.resolve(), isTerminal: true, columns: 80, ...stdout },
      env: (name) => env[name],
    });
  assert.deepEqual(on({ LANG: "de_DE.UTF-8" }), { columns: 80, hasBlocks: true });
  assert.deepEqual(on({ LANG: "de_DE.UTF-8", LC_ALL: "C" }), { columns: 80, hasBlocks: false });
  assert.deepEqual(on({ LC_CTYPE: "C.utf8", TERM: "dumb" }), { columns: 80, hasBlocks: false });
  assert.equal(on({ LANG: "C.UTF-8" }, { isTerminal: false }), undefined);
  assert.equal(on({ LANG: "C.UTF-8" }, { columns: undefined }), undefined);
});

Deno.test("the table of an empty mart says what it is told to, and else that there is no row", async () => {
  const none = streamOf([]);
  const told = await Array.fromAsync(FORMATS.table(none, "How to have some"));
  assert.deepEqual(told, ["How to have some\n"]);
  assert.equal(await render("table", []), "The mart has no rows for these dates\n");
});

Deno.test("rows are rendered as they come", async () => {
  for (const format of Object.values(FORMATS)) {
    const failing = async function* (): AsyncGenerator<MartRow> {
      yield ROW;
      throw new Error("the second row is not there yet");
    };
    let text = "";
    await assert.rejects(async () => {
      for await (const piece of format(failing())) text += piece;
    }, /not there yet/);
    assert.match(text, /-1234567\.80/);
  }
});

Deno.test("pieces are joined to blocks, and all of them come out", async () => {
  const { signal } = new AbortController();
  const blocks = (pieces: string[]) => Array.fromAsync(inBlocks(streamOf(pieces), signal, 4));
  assert.deepEqual(await blocks(["ab", "cd", "e", "fghij", "k"]), ["abcd", "efghij", "k"]);
  assert.deepEqual(await blocks([]), []);
});

Deno.test("blocks end with the signal", async () => {
  const reason = new Error("stop");
  const blocks = inBlocks(streamOf(["a"]), AbortSignal.abort(reason));
  await assert.rejects(Array.fromAsync(blocks), reason);
});
