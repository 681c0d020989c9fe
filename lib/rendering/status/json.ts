/** `status` for programs: one JSON value, written date by date. */
import type { RunStatus, Totals } from "../../status/status.ts";

/** @param totals of all steps, shown or not */
export function* statusJson(
  runs: Iterable<RunStatus>,
  totals: () => Totals,
): Generator<string, void, void> {
  let before = '{"runs":[';
  for (const run of runs) {
    yield before + JSON.stringify(jsonOf(run));
    before = ",";
  }
  yield `${before === "," ? "" : before}],"totals":${JSON.stringify(totals())}}\n`;
}

function jsonOf({ runDate, partition, steps }: RunStatus) {
  const shown = steps.map(({ name, state, cause, rows, at, seconds }) =>
    [name, { state, cause, rows, at: at?.toString().replace("T", " ") ?? null, seconds }] as const
  );
  return {
    run_date: runDate.toString(),
    partition: partition.toString(),
    steps: Object.fromEntries(shown),
  };
}
