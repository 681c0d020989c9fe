/** Tests that not every machine can run: skipped there, with the reason in their names. */

/** The body of a test. */
export type TestBody = (t: Deno.TestContext) => Promise<void> | void;

/**
 * The test, or, where there is a reason, the name of one that is skipped.
 *
 * @param reason why it cannot be run here; undefined where it can
 * @param options.inCi skipped under CI=true as well, where what is missing fails otherwise: for what
 * no set-up mends
 */
export function skippable(
  name: string,
  reason: string | undefined,
  test: TestBody,
  { inCi = false } = {},
): Deno.TestDefinition {
  const skip = reason !== undefined && (inCi || Deno.env.get("CI") !== "true");
  return { name: skip ? `${name} [skipped: ${reason}]` : name, ignore: skip, fn: test };
}
