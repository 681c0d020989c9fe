/** What a trial makes of the rights that a server lists. */
import assert from "node:assert/strict";
import { RIGHTS } from "../../lib/warehouse/trial/groups/rights.ts";
import { Seen, type StepResult } from "../../lib/warehouse/trial/seen.ts";

const ALL = { database: "TEMP", public: "USAGE", staging: "USAGE, CREATE", mart: "CREATE, USAGE" };

function judged(listed: Record<string, string>, superuser: StepResult) {
  const { judge } = RIGHTS.experiments.find(({ name }) => name === "rights-described")!;
  const results = new Map<string, StepResult>([["superuser", superuser]]);
  for (const [step, privileges] of Object.entries(listed)) {
    results.set(step, { rows: [{ privileges }] });
  }
  return judge(new Seen("vertica", results));
}

Deno.test("rights that are not listed are missing, but of a superuser, of whom doctor asks none", () => {
  const yes = { rows: [{ is_super_user: "t" }] };
  const no = { rows: [{ is_super_user: "f" }] };
  const hidden = { failure: { words: "Permission denied", sqlState: "42501", number: "4367" } };
  assert.deepEqual(judged(ALL, no), { outcome: "held" });
  const lacking = { ...ALL, database: "", staging: "USAGE" };
  const seen = "not listed: TEMP on database, CREATE on staging";
  for (const user of [no, hidden, { rows: [] }]) {
    assert.deepEqual(judged(lacking, user), { outcome: "not", seen });
  }
  assert.deepEqual(judged(lacking, yes), {
    outcome: "not",
    seen: `${seen}, of a superuser`,
    effect: "copes",
  });
});
