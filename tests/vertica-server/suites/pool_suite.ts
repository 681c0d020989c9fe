/** The tests of v-pool, the pool of vertica-nodejs, which its package carries, by mocha on Node.js. */
import { join } from "node:path";
import { inShort, runProgram, type Suite } from "./suite.ts";
import { exists, inCache, isOnPath, madeOnce } from "../../support/machine/programs.ts";

const POOL = "v-pool@1.1.4";
/** What it is tested with, by its package.json. */
const PACKAGES = [
  POOL,
  "vertica-nodejs@1.1.4",
  "mocha@7.1.2",
  "expect.js@0.3.1",
  "bluebird@3.4.1",
  "co@4.6.0",
  "lodash@4.17.21",
];

export const POOL_SUITE: Suite = {
  name: "v-pool",
  source: POOL,
  async missing() {
    const isThere = await isOnPath("node") && await isOnPath("npm");
    return isThere ? undefined : "there is no Node.js with npm";
  },
  async run({ host, port, user, password, database }) {
    const folder = await nodePackages();
    const said = await runProgram("node", [
      join(folder, "node_modules/mocha/bin/mocha"),
      ...["--reporter", "json", "--exit", "--require", "./test/setup.js", "test/*.js"],
    ], {
      cwd: join(folder, "node_modules/v-pool"),
      env: {
        V_HOST: host,
        V_PORT: String(port),
        V_USER: user,
        V_PASSWORD: password,
        V_DATABASE: database,
      },
    });
    const results = new Map<string, string | undefined>();
    for (const { fullTitle, err } of readReport(said)) {
      results.set(fullTitle, err.message === undefined ? undefined : inShort(err.message));
    }
    if (results.size === 0) throw new Error(`mocha ran no test: ${said.slice(-1000)}`);
    return results;
  },
};

interface MochaTest {
  fullTitle: string;
  err: { message?: string };
}

/** What tests print themselves stands around the report. */
function readReport(said: string): MochaTest[] {
  const begin = said.indexOf('{\n  "stats"');
  const end = said.lastIndexOf("\n}");
  return begin < 0 ? [] : JSON.parse(said.slice(begin, end + 2)).tests;
}

/** The folder whose node_modules has them, kept in the user's cache. */
async function nodePackages(): Promise<string> {
  return await madeOnce(inCache("finpipe-test-node", POOL), async (draft) => {
    await Deno.writeTextFile(join(draft, "package.json"), '{ "private": true }\n');
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
    const said = await runProgram("npm", args, { cwd: draft });
    if (await exists(join(draft, "node_modules/mocha"))) return;
    throw new Error(`Cannot get ${POOL} from npm: ${said.trim().slice(-1000)}`);
  });
}
