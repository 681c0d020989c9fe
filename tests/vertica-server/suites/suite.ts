/** A suite of a driver's own tests, and what a run of it on the test server came to. */

/** How tests reach the server. */
export interface SuiteServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface Suite {
  /** Of its list: `tests/vertica-server/suites/NAME.txt`. */
  name: string;
  /** As its package client names what is run. */
  source: string;
  /** Why it cannot be run here; undefined where nothing speaks against it. */
  missing(): Promise<string | undefined>;
  /**
   * Gets the suite where it is not in the user's cache, and runs it.
   *
   * @returns by test: undefined where it passed, else the first words of why not
   * @throws Error where it cannot be had, or breaks off
   */
  run(server: SuiteServer): Promise<Map<string, string | undefined>>;
}

/** Characters that are told of a failure. */
const MOST_SAID = 200;

/** A failure in a line. */
export function inShort(message: string): string {
  return message.trim().replaceAll(/\s+/g, " ").slice(0, MOST_SAID) || "it did not pass";
}

/**
 * Runs a program to its end, whatever its exit code.
 *
 * @throws Error where it cannot be run
 */
export async function runProgram(
  name: string,
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(name, { args, ...options, stdin: "null" })
    .output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}
