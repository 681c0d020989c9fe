/** A line of 100 MB is refused without being held. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { spawnCli } from "../support/cli/run_cli.ts";

/** Bytes: the embedded engine's first start alone takes about 380 MB. */
const MOST_MEMORY = 600e6;
const PIECE = new Uint8Array(1_000_000).fill(0x61);
const PIECES = 100;

/** The most bytes that a process has had resident so far; 0 where the system does not tell. */
async function peakMemory(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/^VmHWM:\s+(\d+) kB$/m)![1]) * 1024;
}

Deno.test("a line of 100 MB ends as a rejected message, in little memory", async () => {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-large-" });
  try {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const cli = spawnCli(["stream", "--source", "-", "--json"], {
      env: { FINPIPE_WORK_DIR: `${folder}/work` },
      stdin: readable,
    });
    const writer = writable.getWriter();
    const hash = createHash("sha256");
    for (let piece = 0; piece < PIECES; piece++) {
      hash.update(PIECE);
      await writer.write(PIECE);
    }
    await writer.write(new TextEncoder().encode('\n{"small": 1}\n'));
    const peak = await peakMemory(cli.pid);
    await writer.close();
    const { code, stdout, stderr } = await cli.result;
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      messages_read: 2,
      transactions: 0,
      currencies: 0,
      rejected: 2,
      duplicates: 0,
    });
    assert.ok(peak < MOST_MEMORY, `${peak} bytes were resident`);

    const session = await openEmbeddedSession(`${folder}/work`);
    const rows = await session.query(
      "SELECT reason, length, sha256, octet_length(raw) AS kept FROM stg.rejected ORDER BY id",
    );
    await session.close();
    assert.deepEqual(rows[0], {
      reason: "too_large",
      length: String(PIECE.length * PIECES),
      sha256: hash.digest("hex"),
      kept: String(64 * 1024),
    });
    assert.equal(rows[1]!.reason, "missing_field");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
