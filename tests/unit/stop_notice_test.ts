/** What is said of a run that was asked to stop, and of a member that waits for its group. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { StopNotice } from "../../lib/runtime/stop_notice.ts";
import { JoinNotice } from "../../lib/sources/kafka/join_notice.ts";
import { recordingLog } from "../support/logs.ts";

/** Runs work with timers that are moved by hand. */
async function withTimers(work: (tick: (milliseconds: number) => void) => Promise<void>) {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await work((milliseconds) => mock.timers.tick(milliseconds));
  } finally {
    mock.timers.reset();
  }
}

Deno.test("a stop that takes a moment says what it waits for, and what a second Ctrl-C does", () =>
  withTimers(async (tick) => {
    for (
      const [name, again] of [["SIGINT", "Ctrl-C again"], ["SIGTERM", "A second signal"]] as const
    ) {
      const { log, lines } = recordingLog("warn");
      const stop = new AbortController();
      using notice = new StopNotice(stop.signal, log);
      tick(5000);
      stop.abort(new Interrupted(name));
      notice.waitsFor = () => "up to 20 s to land what was read (Cannot reach PostgreSQL)";
      tick(999);
      await log.flush();
      assert.deepEqual(lines, []);
      tick(1);
      await log.flush();
      assert.deepEqual(lines, [
        "warn: Stopping: waiting up to 20 s to land what was read (Cannot reach PostgreSQL). " +
        `${again} ends finpipe at once; what is committed stays, and the next run continues from ` +
        "there\n",
      ]);
    }
  }));

Deno.test("a stop that is over soon says nothing", () =>
  withTimers(async (tick) => {
    const { log, lines } = recordingLog();
    const stop = new AbortController();
    {
      using _notice = new StopNotice(stop.signal, log);
      stop.abort(new Interrupted("SIGINT"));
      tick(500);
    }
    tick(5000);
    await log.flush();
    assert.deepEqual(lines, []);
  }));

Deno.test("a member that waits for its group says so, and when it has partitions", () =>
  withTimers(async (tick) => {
    const { log, lines } = recordingLog();
    const notice = new JoinNotice("finpipe", 30_000, log);
    notice.begin();
    tick(2000);
    notice.joined();
    notice.begin();
    notice.begin();
    tick(3000);
    notice.joined();
    tick(60_000);
    notice.begin();
    notice.end();
    tick(60_000);
    await log.flush();
    assert.equal(lines.length, 2, lines.join(""));
    assert.match(lines[0]!, /^Waiting for the group finpipe to give out .* up to 30 s .*kill -9/);
    assert.match(lines[1]!, /^The group has given out its partitions, after \d+ s\n$/);
  }));
