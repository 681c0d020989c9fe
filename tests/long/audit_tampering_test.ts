/** Whatever is changed by hand in the tables that the books are made of: docs/audit.md has it right. */
import assert from "node:assert/strict";
import { auditTest } from "../support/audit/place.ts";
import { ALL, partOf } from "../support/part.ts";
import { TARGETS } from "../support/audit/tampering.ts";
import {
  compareLinks,
  compareTellings,
  documentedChanges,
  fileTellingsOf,
  tellingsOf,
} from "../support/audit/tellings.ts";

auditTest("docs/audit.md says what audit tells of each change by hand", async (place) => {
  // Half of them, and most of these on servers, which are faster at it.
  const parts = place.name === "embedded" ? [0] : [1, 2, 3];
  const isMade = (change: string) => ALL || parts.includes(partOf(change, 8));
  const told = [...await tellingsOf(place, TARGETS, isMade), ...await fileTellingsOf(place)];
  await compareTellings(told);
  if (!ALL) return;
  const changes = told.map(({ target, change }) => `${target}: ${change}`);
  // Vertica's tables have a column more here and there, or one less.
  if (place.name === "embedded") assert.deepEqual(await documentedChanges(), changes);
});

Deno.test("docs/audit.md has all links", compareLinks);
