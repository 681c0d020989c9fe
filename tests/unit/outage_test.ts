/** What the log says when a service goes and comes back. */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { Outage } from "../../lib/runtime/outage.ts";
import { retrying } from "../../lib/runtime/retry.ts";
import { recordingLog } from "../support/logs.ts";

const AWAY = new FinpipeError("unreachable", "Cannot reach it: terminated");

Deno.test("an outage is said once, however many wait, and once that it is over, with the time between", async () => {
  const { log, lines } = recordingLog("info");
  let now = 5000;
  const outage = new Outage("Staging", log, () => now);
  assert.equal(outage.met(AWAY, "Cannot reach it: terminated; trying again"), true);
  now += 1000;
  const starting = new FinpipeError("unreachable", "Cannot reach it: starting up");
  assert.equal(outage.met(starting, "Cannot reach it: starting up; trying again"), true);
  outage.over(4000);
  now += 11_000;
  outage.over(now);
  outage.over(now);
  await log.flush();
  assert.deepEqual(lines, [
    "warn: Cannot reach it: terminated; trying again\n",
    "Staging answers again, after 12 s\n",
  ]);
});

Deno.test("a failure of one's own is no outage", () => {
  const { log } = recordingLog("info");
  const outage = new Outage("Staging", log);
  assert.equal(outage.met(new FinpipeError("failed", "Deadlock", { passes: "soon" }), ""), false);
  assert.equal(outage.met(new FinpipeError("failed", "Full", { passes: "in time" }), ""), true);
});

Deno.test("four partitions through a restart: two lines", async () => {
  const { log, lines } = recordingLog("info");
  let now = 0;
  const clock = () => now;
  const outage = new Outage("Staging", log, clock);
  const never = new AbortController().signal;
  const options = { retryFor: Infinity, signal: never, log, outage, clock, firstDelay: 1 };
  const partition = (at: number) => {
    let tries = 0;
    return retrying(() => {
      now += 1000;
      if (++tries <= 3) throw new FinpipeError("unreachable", `Cannot reach it: ${at} ${tries}`);
      return Promise.resolve();
    }, options);
  };
  await Promise.all([1, 2, 3, 4].map(partition));
  await log.flush();
  assert.equal(lines.length, 2, lines.join(""));
  assert.match(lines[1]!, /^Staging answers again, after \d+ s\n$/);
});
