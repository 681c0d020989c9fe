/** Which hosts are this machine. */
import assert from "node:assert/strict";
import { isLoopback } from "../../lib/runtime/loopback.ts";

Deno.test("this machine by its names and addresses, and nothing that only looks like it", () => {
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1", "[::1]"]) {
    assert.ok(isLoopback(host), host);
  }
  const others = ["", "127.0.0.1.evil.example", "localhost.example", "1127.0.0.1", "0.0.0.0", "::"];
  for (const host of others) assert.ok(!isLoopback(host), host);
});
