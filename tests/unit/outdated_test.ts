/** What `deno task outdated` says of packages. */
import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { behindOf, KEPT } from "../../tools/outdated.ts";

Deno.test("the table of deno outdated is read", () => {
  const table = `
┌──────────────────────────┬─────────┬────────┬────────┐
│ Package                  │ Current │ Update │ Latest │
├──────────────────────────┼─────────┼────────┼────────┤
│ npm:@electric-sql/pglite │ 0.5.16  │ 0.5.16 │ 0.5.17 │
├──────────────────────────┼─────────┼────────┼────────┤
│ \x1b[1mnpm:kafkajs\x1b[0m              │ 2.2.4   │ 2.2.4  │ 3.0.0  │
└──────────────────────────┴─────────┴────────┴────────┘
`;
  assert.deepEqual(behindOf(table), [
    { name: "@electric-sql/pglite", current: "0.5.16", newest: "0.5.17" },
    { name: "kafkajs", current: "2.2.4", newest: "3.0.0" },
  ]);
  assert.deepEqual(behindOf(""), []);
});

Deno.test("only packages that finpipe has are kept at a version", () => {
  for (const name of Object.keys(KEPT)) assert.ok(name in config.imports, name);
});
