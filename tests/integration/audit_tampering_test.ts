/** A row that is removed, doubled or changed by hand: audit tells it. tests/long does so with all columns. */
import { auditTest } from "../support/audit/place.ts";
import { TARGETS } from "../support/audit/tampering.ts";
import {
  compareLinks,
  compareTellings,
  fileTellingsOf,
  tellingsOf,
} from "../support/audit/tellings.ts";

const CHANGES = ["row removed", "row doubled", "amount", "rows", "amount_total", "statuses"];

auditTest("audit tells of rows that are removed, doubled or changed by hand", async (place) => {
  const targets = TARGETS.filter(({ end }) => place.name === "embedded" || end === "warehouse");
  await compareTellings([
    ...await tellingsOf(place, targets, (change) => CHANGES.includes(change)),
    ...await fileTellingsOf(place),
  ]);
});

Deno.test("docs/audit.md has all links", compareLinks);
