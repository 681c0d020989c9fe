/** A backfill with its ledger: opened before it, and closed with its exit code. */
import { hostname } from "node:os";
import type { Engine } from "../engine/engine.ts";
import { exitCodeOf } from "../runtime/errors.ts";
import type { Io } from "../runtime/io.ts";
import type { Logger } from "../runtime/log.ts";
import { SIGNATURE } from "../runtime/version.ts";
import { commandOf } from "./backfill_failure.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { BackfillRequest } from "./request.ts";

export interface JournalContext {
  io: Pick<Io, "now" | "signal">;
  log: Logger;
}

/**
 * Runs work as the one backfill of its staging database.
 *
 * @param options.wait for another backfill to end
 * @throws what the work throws, and what {@link openLedger} does
 */
export async function withLedger(
  { io: { now, signal }, log }: JournalContext,
  engine: Engine,
  request: BackfillRequest,
  { wait }: { wait: boolean },
  work: (ledger: Ledger) => Promise<void>,
): Promise<void> {
  const { retryFor } = engine.settings;
  const connect = () => engine.connectStaging();
  await using ledger = await openLedger({ connect, log, now, signal, retryFor, wait }, {
    command: `finpipe ${commandOf(request)}`,
    range: request.range,
    host: hostname(),
    pid: Deno.pid,
    version: SIGNATURE,
  });
  try {
    await work(ledger);
    await ledger.close(0);
  } catch (error) {
    await ledger.close(exitCodeOf(error, signal));
    throw error;
  }
}
