/**
 * Runs a binary where it was made: its version and commit, the demo with its page, the licenses.
 *
 *     deno run -A tools/release/smoke.ts dist/finpipe-x86_64-unknown-linux-gnu
 */
import { resolve } from "node:path";
import { commitToBuild, inTempFolder, run, say, VERSION } from "../build/program.ts";

if (import.meta.main) {
  const [binary] = Deno.args;
  if (binary === undefined) throw new Error("Name a binary");
  await smoke(resolve(binary), await commitToBuild());
  await say(`${binary} runs`);
}

/** @throws Error where something is not as it should be */
export async function smoke(binary: string, commit: string | null): Promise<void> {
  await inTempFolder(async (cwd) => {
    // What a file unpacks goes with the folder.
    const env = { XDG_CACHE_HOME: cwd };
    const finpipe = (...args: string[]) => run(binary, args, { cwd, env });
    const version = JSON.parse(await finpipe("--version", "--json"));
    if (version.version !== VERSION || version.commit !== commit) {
      throw new Error(`${binary} is ${JSON.stringify(version)}, not ${VERSION} of ${commit}`);
    }
    await finpipe("demo");
    const page = await finpipe("--work-dir", "finpipe-demo", "report", "--format", "html");
    if (!page.includes("uPlot") || !page.endsWith("</html>\n")) {
      throw new Error(`${binary} writes no page`);
    }
    const licenses = JSON.parse(await finpipe("licenses", "--json"));
    if (licenses.length < 10) throw new Error(`${binary} has no licenses`);
  });
}
