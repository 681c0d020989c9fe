/** What landing a file does with its sessions. */
import assert from "node:assert/strict";
import { type LandContext, landFile } from "../../lib/landing/land.ts";
import { FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import { makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import { SILENT } from "../support/logs.ts";

const LIMITS = { rows: 10, bytes: 1000, linger: 0, maxMessageBytes: 1000 };

Deno.test("a session that cannot have the file's lock is closed", async () => {
  const path = await Deno.makeTempFile();
  try {
    const closed: number[] = [];
    let opened = 0;
    const context = {
      connect() {
        const number = ++opened;
        return Promise.resolve({
          landing: {
            lockSource: () => Promise.reject(new FinpipeError("locked", "It is locked")),
          },
          [Symbol.asyncDispose]: () => Promise.resolve(void closed.push(number)),
        } as unknown as StagingRepository);
      },
      makeRows: makeCopyRows,
      log: SILENT,
      now: () => Temporal.Now.instant(),
      signal: new AbortController().signal,
      retryFor: 0,
    } satisfies LandContext;
    await assert.rejects(
      landFile(context, path, { limits: LIMITS, watermark: 0 }),
      (error) => isKind(error, "locked"),
    );
    assert.deepEqual(closed, [1]);
  } finally {
    await Deno.remove(path);
  }
});
