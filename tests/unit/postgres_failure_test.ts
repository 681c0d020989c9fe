/** What a driver's error means. */
import assert from "node:assert/strict";
import { asFinpipeError } from "../../lib/postgres/failure.ts";

function meaning(message: string, code?: string): string[] {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code });
  const failure = asFinpipeError(error, "PostgreSQL at h");
  return [failure.kind, failure.message, failure.hint ?? ""];
}

Deno.test("a PgBouncer that takes no options is a configuration", () => {
  const [kind, message, hint] = meaning("unsupported startup parameter: options", "08P01");
  assert.equal(kind, "configuration");
  assert.equal(message, "Cannot use PostgreSQL at h: unsupported startup parameter: options");
  assert.match(hint!, /ignore_startup_parameters = options .*pool_mode = session/);
  assert.equal(meaning("insufficient data left in message", "08P01")[0], "unreachable");
});

Deno.test("a full disk names itself and what to do", () => {
  const text = 'could not extend file "base/1/2": No space left on device';
  assert.deepEqual(meaning(text, "53100"), [
    "failed",
    `Failed on PostgreSQL at h: ${text}`,
    "The server's disk is full: make room there, then run again",
  ]);
});
