import assert from "node:assert/strict";
import { FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import { retrying, type RetryOptions, wait } from "../../lib/runtime/retry.ts";
import { recordingLog } from "../support/logs.ts";

const never = new AbortController().signal;
const away = () => new FinpipeError("unreachable", "Cannot reach it");

/** Runs `retrying` under a clock that jumps to the end of each wait; with the waits and the log. */
async function retryFast(work: () => Promise<unknown>, options: Partial<RetryOptions> = {}) {
  const waits: number[] = [];
  let now = 0;
  const jump = (callback: () => void, milliseconds: number) => {
    waits.push(milliseconds);
    now += milliseconds;
    queueMicrotask(callback);
  };
  const { setTimeout } = globalThis;
  globalThis.setTimeout = jump as unknown as typeof setTimeout;
  const { log, lines } = recordingLog("debug");
  const settings = { retryFor: 60_000, signal: never, log, random: () => 1, clock: () => now };
  try {
    const outcome = await retrying(work, { ...settings, ...options })
      .then((value) => ({ value }), (error: unknown) => ({ error }));
    await log.flush();
    return { outcome, waits, lines };
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/** Work that fails so many times, then gives "done". */
function failing(times: number, failure: () => Error = away) {
  let calls = 0;
  return () => ++calls <= times ? Promise.reject(failure()) : Promise.resolve("done");
}

Deno.test("retrying tries again after waits that double, up to the longest", async () => {
  const { outcome, waits } = await retryFast(failing(8));
  assert.deepEqual(outcome, { value: "done" });
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

Deno.test("retrying waits at least half of that, by chance", async () => {
  let chance = 0;
  const random = () => [0, 0.5][chance++]!;
  const { waits } = await retryFast(failing(2), { random });
  assert.deepEqual(waits, [50, 150]);
});

Deno.test("retrying starts no try after its time, and throws the last failure", async () => {
  let calls = 0;
  const work = () => Promise.reject(new FinpipeError("unreachable", `Failure ${++calls}`));
  const { outcome, waits } = await retryFast(work, { retryFor: 700 });
  // A fourth wait would end after 1500 ms.
  assert.deepEqual(waits, [100, 200, 400]);
  assert.ok("error" in outcome && isKind(outcome.error, "unreachable"));
  assert.equal(outcome.error.message, "Failure 4");
  assert.deepEqual((await retryFast(failing(1), { retryFor: 0 })).waits, []);
});

Deno.test("retrying counts its time from the first failure, not from the start", async () => {
  let now = 0;
  const work = failing(1, () => {
    now = 1_000_000;
    return away();
  });
  const { outcome } = await retryFast(work, { retryFor: 100, clock: () => now });
  assert.deepEqual(outcome, { value: "done" });
});

Deno.test("retrying throws any other failure at once", async () => {
  for (const failure of [new FinpipeError("configuration", "No"), new Error("a bug")]) {
    const { outcome, waits, lines } = await retryFast(failing(1, () => failure));
    assert.deepEqual([outcome, waits, lines], [{ error: failure }, [], []]);
  }
  const isRetriable = (error: FinpipeError) => isKind(error, "locked");
  const locked = () => new FinpipeError("locked", "In use");
  assert.deepEqual((await retryFast(failing(1, locked), { isRetriable })).outcome, {
    value: "done",
  });
  const { outcome } = await retryFast(failing(1), { isRetriable });
  assert.ok("error" in outcome);
});

Deno.test("retrying waits out what passes in time where it is told to", async () => {
  const full = () => new FinpipeError("failed", "The disk is full", { passes: "in time" });
  const { outcome } = await retryFast(failing(1, full));
  assert.ok("error" in outcome);
  assert.deepEqual((await retryFast(failing(3, full), { waitsOut: "in time" })).outcome, {
    value: "done",
  });
});

Deno.test("retrying waits for a lock of its own alone, which a try that broke off left behind", async () => {
  const held = () => new FinpipeError("locked", "It is locked", { passes: "after a break" });
  const { outcome, waits } = await retryFast(failing(1, held));
  assert.ok("error" in outcome);
  assert.deepEqual(waits, []);
  let tries = 0;
  const broken = failing(3, () => tries++ === 0 ? away() : held());
  assert.deepEqual((await retryFast(broken)).outcome, { value: "done" });
});

Deno.test("retrying begins its waits anew where all went well for a while", async () => {
  let tries = 0;
  const work = failing(5, () => (tries++, away()));
  const hasRecovered = () => tries === 4;
  const { waits, lines } = await retryFast(work, { hasRecovered, next: "joining it again" });
  assert.deepEqual(waits, [100, 200, 400, 100, 200]);
  assert.equal(
    lines.filter((line) => line === "warn: Cannot reach it; joining it again\n").length,
    2,
  );
});

Deno.test("retrying warns once of each cause, and says the rest at debug", async () => {
  const { lines } = await retryFast(failing(3));
  assert.deepEqual(lines, [
    "warn: Cannot reach it; trying again for 60 s\n",
    "debug: Cannot reach it; trying again for 60 s attempt=2\n",
    "debug: Cannot reach it; trying again for 60 s attempt=3\n",
    "Tried again with success, after 1 s\n",
  ]);
  let tries = 0;
  const other = () =>
    new FinpipeError("unreachable", ++tries % 2 === 1 ? "It is away" : "It is full");
  const changed = await retryFast(failing(3, other), { retryFor: Infinity });
  assert.deepEqual(changed.lines, [
    "warn: It is away; trying again until it answers\n",
    "warn: It is full; trying again until it answers\n",
    "debug: It is away; trying again until it answers attempt=3\n",
    "Tried again with success, after 1 s\n",
  ]);
  // What has a number in it would be news each time, for as long as it lasts.
  let number = 0;
  const numbered = () => new FinpipeError("unreachable", `Process ${++number} was ended`);
  const many = (await retryFast(failing(30, numbered), { retryFor: Infinity })).lines;
  assert.equal(many.filter((line) => line.startsWith("warn")).length, 10);
  const resident = await retryFast(failing(1), { retryFor: Infinity });
  assert.deepEqual(resident.lines, [
    "warn: Cannot reach it; trying again until it answers\n",
    "Tried again with success, after 0 s\n",
  ]);
});

Deno.test("retrying stops with the signal's reason, before a try and while it waits", async () => {
  const reason = new Error("stop");
  let calls = 0;
  const work = () => {
    calls++;
    return Promise.reject(away());
  };
  const { log } = recordingLog("debug");
  const options = { retryFor: 1e9, log, firstDelay: 1e9, longestDelay: 1e9 };
  await assert.rejects(retrying(work, { ...options, signal: AbortSignal.abort(reason) }), reason);
  assert.equal(calls, 0);
  const stop = new AbortController();
  const running = retrying(work, { ...options, signal: stop.signal });
  queueMicrotask(() => stop.abort(reason));
  await assert.rejects(running, reason);
  assert.equal(calls, 1);
});

Deno.test("wait ends with its time or with the signal, and leaves no timer", async () => {
  await wait(0, never);
  const stop = new AbortController();
  const waiting = wait(1e9, stop.signal);
  stop.abort(new Error("stop"));
  await assert.rejects(waiting, { message: "stop" });
  await assert.rejects(wait(1e9, stop.signal), { message: "stop" });
});
