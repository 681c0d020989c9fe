/** COPY from the client into Vertica: its pace, and what comes of it when either side fails. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { until } from "../support/until.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { startQuietServer, withSession } from "../support/vertica/sessions.ts";

const NEVER = new AbortController().signal;

Deno.test("COPY takes no more from its source than the server takes", async () => {
  await using place = await startQuietServer();
  place.server.faults.copyRate = 1;
  await withSession(place.server.url, async (session) => {
    const controller = new AbortController();
    let pulled = 0;
    const endless = (async function* () {
      const piece = new Uint8Array(128 * 1024);
      for (;;) {
        pulled += piece.length;
        yield piece;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    })();
    const copying = session.copy("COPY x", endless, controller.signal);
    copying.catch(() => {});
    let before = -1;
    await until(() => {
      const isStill = pulled === before;
      before = pulled;
      return isStill && pulled > 0;
    });
    assert.ok(pulled < 64 << 20, `${pulled} bytes`);
    controller.abort(new Error("enough"));
    await assert.rejects(copying, /^Error: enough/);
  });
});

Deno.test("a source that fails ends its COPY, and the session goes on", async () => {
  await using place = await startQuietServer();
  await withSession(place.server.url, async (session) => {
    const failing = (async function* () {
      yield await Promise.resolve(new Uint8Array(1000));
      throw new Error("the disk is gone");
    })();
    await assert.rejects(session.copy("COPY x", failing, NEVER), /^Error: the disk is gone/);
    await session.query("SELECT");
  });
});

Deno.test("an error in the middle of a COPY ends it, and nothing more is sent", async () => {
  await using place = await startQuietServer();
  place.engine.failure = new VerticaError("53100", 2427, "Could not write: No space left");
  await withSession(place.server.url, async (session) => {
    await assert.rejects(
      session.copy("COPY x", megabytes(64), NEVER),
      (error) => isKind(error, "failed") && /disk is full/.test(error.hint!),
    );
    await session.query("COMMIT");
  });
  assert.ok(place.engine.copied < 32 << 20, `${place.engine.copied} bytes`);
  const [session] = place.server.faults.sessions;
  assert.ok(!session!.messages.some(({ code }) => code === "c"), "CopyDone was sent");
});

Deno.test("a connection that is cut in the middle of a COPY breaks the session", async () => {
  await using place = await startQuietServer();
  place.server.faults.arm({ kind: "cut before", code: "d" });
  await withSession(place.server.url, async (session) => {
    await assert.rejects(
      session.copy("COPY x", megabytes(64), NEVER),
      (error) => isKind(error, "unreachable"),
    );
    assert.ok(session.isBroken);
  });
});

Deno.test("every byte of a COPY arrives, however pieces are cut", async () => {
  await using place = await startQuietServer();
  await withSession(place.server.url, (session) => session.copy("COPY x", megabytes(16), NEVER));
  assert.equal(place.engine.copied, 16 << 20);
});

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  const megabyte = new Uint8Array(1 << 20);
  for (let n = 0; n < count; n++) {
    const cut = 1 + n * 1000;
    yield await Promise.resolve(megabyte.subarray(0, cut));
    yield megabyte.subarray(cut);
  }
}

/** A folder with the PEM files that URLs name. */
