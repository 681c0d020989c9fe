/** The integration tests of vertica-python, which its package carries, by pytest. */
import { join } from "node:path";
import { pythonPackages } from "../../support/machine/python_packages.ts";
import { VERTICA_PYTHON } from "../drivers/driver_clients.ts";
import { inShort, runProgram, type Suite } from "./suite.ts";
import { isOnPath } from "../../support/machine/programs.ts";

/** What the tests import beside the driver. */
const TOOLS = ["pytest==9.2.0", "parameterized==0.9.0", "pytest-timeout==2.4.0"];

/** Seconds that one test may take. */
const LONGEST_TEST = "60";

export const PYTHON_SUITE: Suite = {
  name: "vertica-python",
  source: VERTICA_PYTHON,
  async missing() {
    return await isOnPath("python3") ? undefined : "there is no Python, in Debian: python3";
  },
  async run({ host, port, user, password, database }) {
    const packages = await Promise.all(
      [VERTICA_PYTHON, ...TOOLS].map((name) => pythonPackages(name)),
    );
    const folder = await Deno.makeTempDir({ prefix: "finpipe-suite-" });
    try {
      const report = join(folder, "report.xml");
      const said = await runProgram("python3", [
        ...["-m", "pytest", "--quiet", "-p", "no:cacheprovider", `--timeout=${LONGEST_TEST}`],
        ...[`--junitxml=${report}`, "--pyargs", "vertica_python.tests.integration_tests"],
      ], {
        cwd: folder,
        env: {
          PYTHONPATH: packages.join(":"),
          PYTHONDONTWRITEBYTECODE: "1",
          VP_TEST_HOST: host,
          VP_TEST_PORT: String(port),
          VP_TEST_USER: user,
          VP_TEST_PASSWORD: password,
          VP_TEST_DATABASE: database,
          VP_TEST_LOG_DIR: join(folder, "log"),
        },
      });
      const results = readReport(await Deno.readTextFile(report).catch(() => ""));
      if (results.size === 0) throw new Error(`pytest ran no test: ${said.slice(-1000)}`);
      return results;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

/** Of a test that failed and whose teardown failed too there are two entries: it failed. */
function readReport(xml: string): Map<string, string | undefined> {
  const results = new Map<string, string | undefined>();
  for (const [, attributes = "", body = ""] of xml.matchAll(TEST)) {
    const of = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(` ${attributes}`)?.[1] ?? "";
    const name = `${of("classname").split(".").slice(-2).join(".")}.${plain(of("name"))}`;
    const [, message] = /<(?:failure|error|skipped)\b[^>]*? message="([^"]*)"/.exec(body) ?? [];
    const failed = /<(?:failure|error|skipped)\b/.test(body);
    const reason = failed ? inShort(plain(message ?? "")) : undefined;
    results.set(name, reason ?? results.get(name));
  }
  return results;
}

const TEST = /<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs;

function plain(xml: string): string {
  return xml.replaceAll(
    /&#(?:x([0-9A-Fa-f]+)|(\d+));/g,
    (_, hex, decimal) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
  )
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
