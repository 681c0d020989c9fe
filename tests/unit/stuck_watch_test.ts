/** Whose session is ended by a stream that waits for its lock: that of a finpipe which stands still. */
import assert from "node:assert/strict";
import { StuckWatch } from "../../lib/landing/topic/stuck_watch.ts";
import type { LockHolder } from "../../lib/staging/locks.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import type { StagingSessions } from "../../lib/staging/sessions.ts";
import { SILENT } from "../support/logs.ts";
import { until } from "../support/until.ts";

/** Milliseconds that the group waits for a silent member. */
const LIMIT = 100;
const LONG_AGO = 3_600_000;

/** A finpipe in the middle of a COPY that began long ago, and waits for its client at each look. */
const COPYING: LockHolder = {
  process: "7",
  name: "process 7",
  description: "process 7, active",
  isFinpipe: true,
  waitsForClient: true,
  idleFor: undefined,
  mark: "7",
};

/** How many sessions were ended by the fourth look at a holder. */
async function endedOf(look: (times: number) => LockHolder): Promise<number> {
  let looks = 0;
  let ended = 0;
  const locks = {
    holders: () => Promise.resolve([look(++looks)]),
    end: () => Promise.resolve(++ended > 0),
  };
  const asking = { locks, [Symbol.asyncDispose]: () => Promise.resolve() };
  using _standstill = new StuckWatch({
    sessions: { busyFor: () => ["1"], processes: ["1"] } as unknown as StagingSessions,
    connect: () => Promise.resolve(asking as unknown as StagingRepository),
    log: SILENT,
    waiting: () => [],
    stagingFailure: () => undefined,
    kafkaSilence: () => undefined,
  }, LIMIT);
  await until(() => looks >= 4);
  return ended;
}

const CASES: [what: string, look: (times: number) => LockHolder, isEnded: boolean][] = [
  ["a finpipe in a COPY of which nothing moves is ended", () => COPYING, true],
  [
    "a COPY that moves is not ended, however long ago it began",
    (times) => ({ ...COPYING, mark: `7 ${times}` }),
    false,
  ],
  [
    "a finpipe that is idle in its transaction for so long is ended",
    (times) => ({ ...COPYING, idleFor: LONG_AGO, mark: `7 ${times}` }),
    true,
  ],
  [
    "one that has just done something is not ended",
    () => ({ ...COPYING, idleFor: LIMIT - 1 }),
    false,
  ],
  [
    "one that the server works for is not ended",
    () => ({ ...COPYING, waitsForClient: false }),
    false,
  ],
  ["somebody else is not ended", () => ({ ...COPYING, isFinpipe: false }), false],
];

Deno.test("whose session is ended, and whose is not", async () => {
  // Looks are half a second apart.
  const found = await Promise.all(
    CASES.map(async ([what, look]) => [what, await endedOf(look) > 0]),
  );
  assert.deepEqual(found, CASES.map(([what, , isEnded]) => [what, isEnded]));
});
