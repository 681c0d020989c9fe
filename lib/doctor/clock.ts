/** Whether a server's clock agrees with ours. */
import { FinpipeError } from "../runtime/errors.ts";
import type { Finding } from "./check.ts";

/** Milliseconds between the clocks beyond which messages look as if sent in the future. */
const CLOCK_LIMIT = 60_000;

/** The server's clock was read between two readings of this machine's, which may be far apart. */
export function judgeClock(
  { clock }: { clock: Temporal.Instant },
  before: Temporal.Instant,
  after: Temporal.Instant,
): Finding<never> {
  const behind = before.epochMilliseconds - clock.epochMilliseconds;
  const ahead = clock.epochMilliseconds - after.epochMilliseconds;
  const apart = Math.max(behind, ahead, 0);
  if (apart <= CLOCK_LIMIT) return { detail: "within a minute of this machine's" };
  const way = ahead > 0 ? "ahead of" : "behind";
  throw new FinpipeError(
    "configuration",
    `The server's clock is ${Math.round(apart / 1000)} s ${way} this machine's`,
    { hint: "Set the clock that is wrong by NTP: deduplication and run dates depend on both" },
  );
}
