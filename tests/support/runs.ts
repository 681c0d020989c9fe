/** How often a property is tried with other values. */

/** The count, or that times FINPIPE_TEST_RUNS, as `deno task soak` has it. */
export function runs(count: number): number {
  return count * Number(Deno.env.get("FINPIPE_TEST_RUNS") ?? 1);
}
