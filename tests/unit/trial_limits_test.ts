/** What a trial makes of the limits that it reads. */
import assert from "node:assert/strict";
import { LIMITS, secondsOf } from "../../lib/warehouse/trial/groups/limits.ts";
import { Seen, type StepResult } from "../../lib/warehouse/trial/seen.ts";

/** The outcome, and the effect where another one than the experiment's is told. */
function judged(name: string, result: StepResult): string {
  const { steps, judge } = LIMITS.experiments.find((experiment) => experiment.name === name)!;
  const verdict = judge(new Seen("vertica", new Map([[steps[0]!, result]])));
  return "effect" in verdict && verdict.effect !== undefined ? verdict.effect : verdict.outcome;
}

Deno.test("limits that leave too little room are told; what cannot be read does no harm", () => {
  const failure = { words: "Permission denied", sqlState: "42501", number: "4367" };
  const parameter = (...values: string[]) => ({
    rows: values.map((current_value) => ({ current_value })),
  });
  for (
    const [name, result, outcome] of [
      ["limit-lock-timeout", parameter("300"), "held"],
      ["limit-lock-timeout", parameter("60"), "copes"],
      ["limit-lock-timeout", parameter("300", "60"), "copes"],
      ["limit-client-sessions", parameter("50"), "held"],
      ["limit-client-sessions", parameter("6"), "held"],
      ["limit-client-sessions", parameter("50", "5"), "not"],
      ["limit-client-sessions", parameter("0"), "not"],
      ["limit-client-sessions", parameter("many"), "copes"],
      ["limit-client-sessions", { rows: [] }, "copes"],
      ["limit-client-sessions", { failure }, "copes"],
      ["limit-user-sessions", { rows: [{ max_connections: "unlimited" }] }, "held"],
      ["limit-user-sessions", { rows: [{ max_connections: "3" }] }, "not"],
      ["limit-idle-session", { rows: [{ setting: "UNLIMITED" }] }, "held"],
      ["limit-idle-session", { rows: [{ setting: "00:30" }] }, "not"],
      ["limit-idle-session", { rows: [{ setting: "soon" }] }, "copes"],
      ["limit-statement", { rows: [{ setting: "2 hours" }] }, "held"],
      ["limit-statement", { rows: [{ setting: "3599 seconds" }] }, "not"],
      ["limit-statement", { failure }, "copes"],
    ] as const
  ) {
    assert.equal(judged(name, result), outcome, `${name} ${JSON.stringify(result)}`);
  }
});

Deno.test("an interval is read however a server writes it", () => {
  for (
    const [text, seconds] of [
      ["30 minutes", 1800],
      ["1 hour 30 mins", 5400],
      ["1800 seconds", 1800],
      ["1.5 hours", 5400],
      ["00:05", 300],
      ["01:00:00", 3600],
      ["1 day 02:00", 93_600],
      ["1 02:00:30", 93_630],
      ["2 days", 172_800],
      ["", undefined],
      ["soon", undefined],
      ["10 parsecs", undefined],
    ] as const
  ) {
    assert.equal(secondsOf(text), seconds, text);
  }
});
