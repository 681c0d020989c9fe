/** The commit that a clone has checked out, by the files in `.git`. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { runCli } from "../support/cli/run_cli.ts";
import { commitOfClone, ownCommit } from "../../lib/runtime/commit.ts";
import { VERSION } from "../../lib/runtime/version.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";
const OTHER = HASH.replaceAll("0", "f");

const LAYOUTS: [name: string, files: Record<string, string>, commit: string | undefined][] = [
  ["no clone", {}, undefined],
  ["a branch", { ".git/HEAD": "ref: refs/heads/a/b\n", ".git/refs/heads/a/b": `${HASH}\n` }, HASH],
  ["a commit", { ".git/HEAD": `${HASH}\n` }, HASH],
  ["a branch in packed-refs", {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/packed-refs":
      `# pack-refs with: peeled\n${OTHER} refs/heads/not-main\n${HASH} refs/heads/main\n`,
  }, HASH],
  ["a branch that went on since it was packed", {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/refs/heads/main": `${HASH}\n`,
    ".git/packed-refs": `${OTHER} refs/heads/main\n`,
  }, HASH],
  ["a worktree", {
    ".git": "gitdir: main/.git/worktrees/w\n",
    "main/.git/worktrees/w/HEAD": "ref: refs/heads/w\n",
    "main/.git/worktrees/w/commondir": "../..\n",
    "main/.git/refs/heads/w": `${HASH}\n`,
  }, HASH],
  ["a branch without a commit", { ".git/HEAD": "ref: refs/heads/main\n" }, undefined],
  ["branches in another format", { ".git/HEAD": "ref: refs/heads/.invalid\n" }, undefined],
];

for (const [name, files, commit] of LAYOUTS) {
  Deno.test(`the commit of ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const [path, text] of Object.entries(files)) {
        await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
        await Deno.writeTextFile(join(folder, path), text);
      }
      assert.equal(await commitOfClone(folder), commit);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("--version --json has version, commit and Deno, in any order of the options", async () => {
  const expected = {
    version: VERSION,
    commit: await ownCommit() ?? null,
    deno: Deno.version.deno,
  };
  for (
    const args of [["--version", "--json"], ["--json", "-V"], ["stream", "--version", "--json"]]
  ) {
    const { code, stdout } = await runCli(args);
    assert.deepEqual([code, JSON.parse(stdout)], [0, expected]);
  }
});
