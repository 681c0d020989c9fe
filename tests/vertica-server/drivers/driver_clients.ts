/**
 * The drivers that are not finpipe's: vertica-python from PyPI and the JDBC driver from Maven Central,
 * kept in the user's cache, and the cases that each of them runs against a server.
 *
 * A case program is given host, port, user, password, database and perhaps a file with the authority
 * that signed the server's certificate; it says what came of each case in a line of JSON.
 */
import { join } from "node:path";
import { pythonPackages } from "../../support/machine/python_packages.ts";
import { exists, inCache, isOnPath, madeOnce } from "../../support/machine/programs.ts";

export type Driver = "vertica-python" | "JDBC";

/** As pip names it. */
export const VERTICA_PYTHON = "vertica-python==1.4.0";
const JDBC_ARTIFACT = "com.vertica.jdbc:vertica-jdbc:25.3.0-0";
const JDBC_JAR = "vertica-jdbc-25.3.0-0.jar";

/** The error of a case, as the driver tells it. */
export interface CaseError {
  /** Null where the driver has none. */
  sqlstate: string | null;
  /** Vertica's own number; null where the driver has none. */
  code: number | null;
  message: string;
}

/** What came of a case; `broke` is a failure of another kind than the case is about. */
export type CaseResult =
  & { case: string }
  & ({ result: unknown } | { error: CaseError } | { broke: string });

export interface CaseTarget {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** File of the authority that signed the server's certificate, in PEM: the case `tls` is run too. */
  authority?: string;
}

/** Why the driver's cases cannot be run here; undefined where nothing speaks against it. */
export async function missingForDriver(driver: Driver): Promise<string | undefined> {
  if (driver === "vertica-python") {
    return await isOnPath("python3") ? undefined : "there is no Python, in Debian: python3";
  }
  if (!await isOnPath("javac")) return "there is no JDK, in Debian: default-jdk-headless";
  if (await exists(join(jdbcFolder(), JDBC_JAR)) || await isOnPath("mvn")) return undefined;
  return "there is no Maven, in Debian: maven";
}

/**
 * Runs the driver's cases, after getting the driver where it is not in the cache.
 *
 * @throws Error where the driver cannot be had, or its program breaks off
 */
export async function runCases(driver: Driver, target: CaseTarget): Promise<CaseResult[]> {
  const { host, port, user, password, database, authority } = target;
  const args = [host, String(port), user, password, database];
  if (authority !== undefined) args.push(authority);
  const said = driver === "JDBC" ? await runJava(args) : await runPython(args);
  return said.trim().split("\n").map((line) => JSON.parse(line));
}

async function runPython(args: string[]): Promise<string> {
  return await run("python3", [join(import.meta.dirname!, "cases.py"), ...args], {
    PYTHONPATH: await pythonPackages(VERTICA_PYTHON),
    PYTHONDONTWRITEBYTECODE: "1",
  });
}

async function runJava(args: string[]): Promise<string> {
  const folder = await madeOnce(jdbcFolder(), async (draft) => {
    await run("mvn", [
      "-q",
      "-B",
      "dependency:copy",
      `-Dartifact=${JDBC_ARTIFACT}`,
      `-DoutputDirectory=${draft}`,
    ]);
  });
  const jar = join(folder, JDBC_JAR);
  const classes = await Deno.makeTempDir({ prefix: "finpipe-test-vertica-" });
  try {
    const sources = ["VerticaCases.java", "CaseData.java"].map((name) =>
      join(import.meta.dirname!, name)
    );
    await run("javac", ["-encoding", "UTF-8", "-cp", jar, "-d", classes, ...sources]);
    return await run("java", ["-cp", `${jar}:${classes}`, "VerticaCases", ...args]);
  } finally {
    await Deno.remove(classes, { recursive: true });
  }
}

/** Its stdout. @throws Error with all that it said where it fails */
async function run(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env, stdin: "null" })
    .output();
  const said = new TextDecoder().decode(stdout);
  if (success) return said;
  throw new Error(`${program} failed: ${said}${new TextDecoder().decode(stderr)}`);
}

function jdbcFolder(): string {
  return inCache("finpipe-test-vertica", JDBC_ARTIFACT.replaceAll(":", "-"));
}
