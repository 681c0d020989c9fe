/** The page's file: its parts, its policy, and texts that would like to be more than texts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import { pageHtml, pagePolicy } from "../../lib/rendering/mart/page/page.ts";
import { HOSTILE } from "../support/page/hostile.ts";
import { madeFacts } from "../support/page/facts.ts";
import { madeFiles } from "../../tools/page.ts";

const MADE = new URL("../../lib/rendering/mart/page/made/", import.meta.url);

/** What is between an element's tags, of each such element. */
function contents(html: string, tag: string): string[] {
  const pattern = new RegExp(`<${tag}\\b[^>]*>([^]*?)</${tag}>`, "g");
  return [...html.matchAll(pattern)].map(([, content]) => content!);
}

Deno.test("the files that the page is made of are those that 'deno task page' makes", async () => {
  for (const [name, text] of Object.entries(await madeFiles())) {
    const path = new URL(name, MADE);
    assert.ok(text === await Deno.readTextFile(path), `${name} is old: run 'deno task page'`);
  }
});

Deno.test("the policy lets run what is in the page, and nothing else", () => {
  const html = pageHtml(packPage(madeFacts({ first: "2022-10-01", days: 2, currencies: [430] })));
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
  const rules = new Map(
    policy!.split("; ").map((rule) => {
      const [name, ...values] = rule.split(" ");
      return [name!, values];
    }),
  );
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [data, script] = contents(html, "script");
  const [style] = contents(html, "style");
  assert.deepEqual(rules.get("default-src"), ["'none'"]);
  assert.deepEqual(rules.get("script-src"), [hash(script!)]);
  assert.deepEqual(rules.get("style-src"), [hash(style!)]);
  for (
    const [name, value] of [
      ["img-src", "data:"],
      ["base-uri", "'none'"],
      ["form-action", "'none'"],
      ["require-trusted-types-for", "'script'"],
      ["trusted-types", "'none'"],
    ] as const
  ) assert.deepEqual(rules.get(name), [value], name);
  assert.equal(rules.has("connect-src"), false);
  assert.match(pagePolicy("served"), /; connect-src 'self'; /);
  assert.doesNotMatch(policy!, /unsafe|https?:|\*/);
  assert.equal(JSON.parse(data!).currencies.length, 1);
  assert.doesNotMatch(html, /\{\{|<(script|link|img|iframe)[^>]+(src|href)="(?!data:,)/);
  assert.match(html, /Copyright \(c\) 2022 Leon Sorokin[^]+THE SOFTWARE IS PROVIDED "AS IS"/);
});

Deno.test("texts of the data stay in the data", () => {
  const facts = madeFacts({
    first: "2022-10-01",
    days: 2,
    currencies: [430],
    types: HOSTILE,
    version: HOSTILE.join(""),
  });
  const html = pageHtml(packPage({ ...facts, madeBy: HOSTILE.join(" "), nothing: HOSTILE.join() }));
  assert.equal(contents(html, "script").length, 2);
  const data = JSON.parse(contents(html, "script")[0]!);
  assert.deepEqual(data.counted[0].types, HOSTILE);
  assert.equal(data.versions[0], HOSTILE.join(""));
  for (const text of HOSTILE.filter((text) => text.includes("<"))) {
    assert.equal(html.includes(text), false, text);
  }
});
