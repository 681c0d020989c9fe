/** The commit that this finpipe is made from. */
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD } from "./version.ts";

/**
 * The commit's hash: from the build, else from the clone that finpipe runs from.
 *
 * @returns undefined where neither says
 */
export async function ownCommit(): Promise<string | undefined> {
  if (BUILD.packed) return BUILD.commit ?? undefined;
  return await commitOfClone(fileURLToPath(new URL("../..", import.meta.url)));
}

/**
 * What is checked out in a clone, by the files in `.git`: finpipe may run no programs.
 *
 * Layout: git-scm.com/docs/gitrepository-layout. A repository that keeps its branches in another
 * format (reftable) gives nothing.
 */
export async function commitOfClone(root: string): Promise<string | undefined> {
  const dotGit = join(root, ".git");
  // A worktree has a file that names its folder.
  const [, worktree] = /^gitdir: (.+)$/m.exec(await textOf(dotGit)) ?? [];
  const folder = worktree === undefined ? dotGit : within(root, worktree);
  const head = await textOf(join(folder, "HEAD"));
  const [, branch] = /^ref: (\S+)$/m.exec(head) ?? [];
  if (branch === undefined) return hashIn(head);
  const shared = await textOf(join(folder, "commondir"));
  const common = shared === "" ? folder : within(folder, shared.trim());
  const packed = (await textOf(join(common, "packed-refs"))).split("\n")
    .find((line) => line.endsWith(` ${branch}`));
  return hashIn(await textOf(join(common, branch))) ?? hashIn(packed ?? "");
}

function within(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function hashIn(text: string): string | undefined {
  return /^[0-9a-f]{40,64}\b/.exec(text)?.[0];
}

/** Empty where there is no such file, or none that may be read. */
function textOf(path: string): Promise<string> {
  return Deno.readTextFile(path).catch(() => "");
}
