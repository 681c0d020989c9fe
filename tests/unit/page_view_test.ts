/** The view of the page in its URL's fragment, and its axis of days. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Calendar } from "../../lib/rendering/mart/page/browser/dates.ts";
import { LINE_COLOURS, lookOf } from "../../lib/rendering/mart/page/browser/look.ts";
import { METRICS, modelOf } from "../../lib/rendering/mart/page/browser/model.ts";
import { trendText } from "../../lib/rendering/mart/page/browser/trend.ts";
import {
  before,
  fragmentOf,
  viewOf,
  wholeView,
} from "../../lib/rendering/mart/page/browser/view.ts";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import { leastDistance } from "../support/page/colours.ts";
import { madeFacts } from "../support/page/facts.ts";

const MODEL = modelOf(packPage(madeFacts({
  first: "2022-10-01",
  days: 40,
  currencies: [410, 420, 430, 999],
  unknown: [5, 6, 7],
  leftOut: { 999: [2] },
})));

Deno.test("a view that is sent on is the same view", () => {
  const view = fc.record({
    days: fc.tuple(fc.nat({ max: 39 }), fc.nat({ max: 39 })).map(([one, other]) => ({
      from: Math.min(one, other),
      to: Math.max(one, other),
    })),
    currencies: fc.subarray([410, 420, 430, 999]).map((codes) => new Set(codes)),
    sort: fc.record({
      column: fc.constantFrom("date", "amount_total", "rate"),
      descending: fc.boolean(),
    }, { noNullPrototype: true }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(view, (view) => {
    assert.deepEqual(viewOf(`#${fragmentOf(view, MODEL)}`, MODEL), view);
  }));
  assert.equal(fragmentOf(wholeView(MODEL), MODEL), "");
});

Deno.test("a fragment that nobody made shows what there is", () => {
  fc.assert(fc.property(fc.string(), (fragment) => {
    const { days } = viewOf(fragment, MODEL);
    assert.ok(days.from >= 0 && days.from <= days.to && days.to < 40);
  }));
  const whole = wholeView(MODEL);
  for (const fragment of ["#from=2022-02-30", "#currencies=7,x", "#to=never&from=", "#%"]) {
    assert.deepEqual(viewOf(fragment, MODEL), whole, fragment);
  }
  const { days } = viewOf("#from=2030-01-01&to=1999-01-01", MODEL);
  assert.deepEqual(days, { from: 0, to: 39 });
  assert.deepEqual([...viewOf("#currencies=", MODEL).currencies], [], "none, as somebody chose");
});

Deno.test("the days before are those of the same number, where the page has them all", () => {
  assert.deepEqual(before({ from: 20, to: 29 }, MODEL.all), { from: 10, to: 19 });
  assert.deepEqual(before({ from: 10, to: 19 }, MODEL.all), { from: 0, to: 9 });
  assert.equal(before({ from: 9, to: 18 }, MODEL.all), undefined);
});

Deno.test("a line has no value in a hole, nor where its currency was left out; zero where it has no row", () => {
  const [, , , left] = MODEL.currencies;
  const valueOn = (day: number) => left!.lines.transactions[MODEL.axis.indexOf(day)];
  assert.equal(valueOn(5), null);
  assert.equal(MODEL.axis.includes(6), false, "a hole has one point");
  assert.equal(valueOn(2), null);
  assert.ok(valueOn(3)! > 0);
  const facts = madeFacts({ first: "2022-10-01", days: 3, currencies: [430] });
  const sparse = modelOf(packPage({ ...facts, rows: facts.rows.toSpliced(1, 1) }));
  assert.equal(sparse.currencies[0]!.lines.amount[1], 0);
  assert.equal(sparse.currencies[0]!.lines.average[1], null);
});

Deno.test("a trend says whether nobody chose a currency or there is none", () => {
  const none = modelOf(packPage(madeFacts({
    first: "2022-10-01",
    days: 3,
    currencies: [],
    unbuilt: [0, 1, 2],
  })));
  assert.match(
    trendText(METRICS[0]!, none, wholeView(none)),
    /\(3 days\): there are no figures\.$/,
  );
  const unchosen = { ...wholeView(MODEL), currencies: new Set<number>() };
  assert.equal(trendText(METRICS[0]!, MODEL, unchosen), "No currency is chosen.");
});

Deno.test("ticks are days, Mondays or firsts of months, within the days and never too many", () => {
  const date = fc.date({
    min: new Date("0100-01-01"),
    max: new Date("7000-01-01"),
    noInvalidDate: true,
  });
  const span = fc.tuple(date, fc.nat({ max: 800_000 }), fc.integer({ min: 1, max: 200 }));
  fc.assert(fc.property(span, ([first, length, width]) => {
    const calendar = new Calendar(first.toISOString().slice(0, 10));
    const { days, label } = calendar.ticks(-0.5, length + 0.5, width);
    const room = days.reduce((sum, day) => sum + label(day).length, 0);
    assert.ok(days.length <= 4 || room <= width + 20, `${days.length} ticks in ${width}`);
    assert.deepEqual(days, days.toSorted((one, other) => one - other));
    for (const day of days) {
      assert.ok(day >= -0.5 && day <= length + 0.5);
      const iso = calendar.iso(day);
      assert.ok(iso.startsWith(label(day)));
      if (label(day).length === 7) assert.match(iso, /-01$/);
      if (label(day).length === 4) assert.match(iso, /-01-01$/);
    }
  }));
});

Deno.test("the colour-blind tell sixteen currencies apart: by dashes, or else by colours", async () => {
  const looks = Array.from({ length: 16 }, (_, place) => lookOf(place));
  for (const colours of Object.values(LINE_COLOURS)) {
    looks.forEach((look, place) => {
      for (const other of looks.slice(0, place).filter(({ dash }) => dash === look.dash)) {
        const [one, two] = [colours[look.colour]!, colours[other.colour]!];
        assert.ok(leastDistance(one, two) > 10, `${one} and ${two}`);
      }
    });
  }
  const style = await Deno.readTextFile(
    new URL("../../lib/rendering/mart/page/page.css", import.meta.url),
  );
  const inStyle = [...style.matchAll(/--line-\d: (#\w+);/g)].map(([, colour]) => colour);
  assert.deepEqual(inStyle, Object.values(LINE_COLOURS).flat(), "the style sheet has the same");
});

Deno.test("a phone has two dates at least below a few days", () => {
  const calendar = new Calendar("2022-10-01");
  for (let days = 2; days <= 13; days++) {
    const { days: ticks, label } = calendar.ticks(-0.5, days - 0.5, 36);
    assert.ok(ticks.length >= 2, `${ticks.length} of ${days} days`);
    assert.equal(label(ticks[0]!).length, 10);
  }
});

Deno.test("no two of 32 currencies look the same, and neighbours differ in their dashes", () => {
  const looks = Array.from({ length: 32 }, (_, place) => lookOf(place));
  assert.equal(new Set(looks.map((look) => JSON.stringify(look))).size, 32);
  for (let place = 1; place < looks.length; place++) {
    assert.notDeepEqual(looks[place]!.dash, looks[place - 1]!.dash);
  }
});
