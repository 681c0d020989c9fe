/**
 * vertica-nodejs by its documentation: the package carries no tests, so nodejs_cases.ts has one or more of
 * our own for each passage of its README. They are run in a process of their own, as the driver throws some
 * errors where nobody can catch them.
 */
import { join } from "node:path";
import { OTHER_SERVER, SERVER, VERTICA_CA } from "../certificates.ts";
import { startVerticaServer } from "../server.ts";
import { inShort, runProgram, type Suite } from "./suite.ts";

export const NODEJS_SUITE: Suite = {
  name: "vertica-nodejs",
  source: "vertica-nodejs@1.1.4, by its README,",
  missing: () => Promise.resolve(undefined),
  async run(server) {
    await using tls = await startVerticaServer({ tls: SERVER });
    await using otherName = await startVerticaServer({ tls: OTHER_SERVER });
    await using oauth = await startVerticaServer({ auth: "oauth" });
    const folder = await Deno.makeTempDir({ prefix: "finpipe-suite-" });
    try {
      const authority = join(folder, "ca.pem");
      await Deno.writeTextFile(authority, VERTICA_CA);
      const places = {
        server: placeOf(server),
        tls: placeOf(tls),
        otherName: placeOf(otherName),
        oauth: placeOf(oauth),
        authority,
        folder,
      };
      const script = join(import.meta.dirname!, "nodejs_cases.ts");
      const config = join(import.meta.dirname!, "../../../deno.json");
      const said = await runProgram(Deno.execPath(), [
        ...["run", "--quiet", "--no-check", "-A", "--config", config, script],
        JSON.stringify(places),
      ], {
        cwd: folder,
        env: {
          V_HOST: server.host,
          V_PORT: String(server.port),
          V_USER: server.user,
          V_PASSWORD: server.password,
          V_DATABASE: server.database,
        },
      });
      return readReport(said);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

function placeOf({ host, port, user, password, database }: Parameters<Suite["run"]>[0]) {
  return { host, port, user, password, database };
}

/** A line of JSON for each case; what the driver prints itself stands between. */
function readReport(said: string): Map<string, string | undefined> {
  const results = new Map<string, string | undefined>();
  for (const line of said.split("\n")) {
    if (!line.startsWith('{"case":')) continue;
    const { case: name, error } = JSON.parse(line) as { case: string; error?: string };
    results.set(name, error === undefined ? undefined : inShort(error));
  }
  if (results.size === 0) throw new Error(`No case was run: ${said.slice(-1000)}`);
  return results;
}
