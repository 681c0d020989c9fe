/**
 * For tests of a file that has an embedded engine open over several of them. PostgreSQL arms a timer
 * of 10 s when it idles, to report statistics (`PGSTAT_IDLE_INTERVAL`), and never takes it back; here
 * it is a timer of this process, which may end in any test, and is a leak to both sanitizers.
 */
export const EMBEDDED_TIMERS = { sanitizeOps: false, sanitizeResources: false } as const;

/** A test on an engine that the file has open; see {@link EMBEDDED_TIMERS}. */
export function embeddedTest(
  name: string,
  test: (t: Deno.TestContext) => Promise<void> | void,
): void {
  Deno.test(name, EMBEDDED_TIMERS, test);
}
