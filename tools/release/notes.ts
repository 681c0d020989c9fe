/**
 * The notes of a release: the chapter of CHANGELOG.md for the version, which has to be that of the tag and
 * of deno.json.
 *
 *     deno run -A tools/release/notes.ts v0.1.0 > notes.md
 */
import { join } from "node:path";
import { ROOT, say, VERSION } from "../build/program.ts";

if (import.meta.main) {
  const changelog = await Deno.readTextFile(join(ROOT, "CHANGELOG.md"));
  await say(notesOf(Deno.args[0] ?? "", VERSION, changelog));
}

/** @throws Error that says what is not ready for a release */
export function notesOf(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) {
    throw new Error(`The tag ${tag} is not v${version}, the version in deno.json`);
  }
  const chapter = changelog.split(/^## /m).find((text) => text.startsWith(`[${version}]`));
  const notes = chapter?.slice(chapter.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md has no chapter for ${version}`);
  return notes;
}
