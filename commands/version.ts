/** What `--version` prints. */
import { ownCommit } from "../lib/runtime/commit.ts";
import { VERSION } from "../lib/runtime/version.ts";

/** One line: version, commit and Deno. @param json as a JSON object */
export async function versionText(json: boolean): Promise<string> {
  const commit = await ownCommit();
  const deno = Deno.version.deno;
  return json
    ? `${JSON.stringify({ version: VERSION, commit: commit ?? null, deno })}\n`
    : `finpipe ${VERSION} (commit ${commit ?? "unknown"}, Deno ${deno})\n`;
}
