/** The limits of a login: what ends with it leaves no clock that runs on. */
import assert from "node:assert/strict";
import { LoginWatch } from "../../lib/warehouse/vertica/connection/login_watch.ts";

Deno.test("a connection that comes after it was given up begins no login", async () => {
  const failures: unknown[] = [];
  const watch = new LoginWatch({
    user: "finpipe",
    connectTimeout: 60_000,
    loginTimeout: 60_000,
    giveUp: (failure) => failures.push(failure),
  });
  const gone = new Error("The connection was cut");
  await assert.rejects(watch.over(() => Promise.reject(gone)), gone);
  // The sanitizers see a timer that this would leave.
  watch.connected();
  assert.deepEqual(failures, []);
});

Deno.test("a login that is broken off leaves no clock, also where its work never ends", () => {
  const watch = new LoginWatch({
    user: "finpipe",
    connectTimeout: 60_000,
    loginTimeout: 60_000,
    giveUp: () => {},
  });
  void watch.over(() => new Promise(() => {}));
  watch.connected();
  watch.ended();
});
