/** Whatever is changed by hand in the tables that the books are made of: docs/audit.md has it right. */
import assert from "node:assert/strict";
import { auditTest } from "../support/audit/place.ts";
import { TARGETS } from "../support/audit/tampering.ts";
import {
  compareLinks,
  compareTellings,
  documentedChanges,
  fileTellingsOf,
  tellingsOf,
} from "../support/audit/tellings.ts";

/** `deno task soak` makes all changes on both kinds of ends; else each is made on one of the two. */
const ALL = Deno.env.get("FINPIPE_TEST_ALL") === "1";

auditTest("docs/audit.md says what audit tells of each change by hand", async (place) => {
  const half = place.name === "embedded" ? 0 : 1;
  const isMade = (change: string) => ALL || halfOf(change) === half;
  const told = [...await tellingsOf(place, TARGETS, isMade), ...await fileTellingsOf(place)];
  await compareTellings(told);
  if (!ALL) return;
  const changes = told.map(({ target, change }) => `${target}: ${change}`);
  // Vertica's tables have a column more here and there, or one less.
  if (place.name === "embedded") assert.deepEqual(await documentedChanges(), changes);
});

/** 0 or 1: always the same of a text. */
function halfOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % 2;
}

Deno.test("docs/audit.md has all links", compareLinks);
