/** What a release is made of, from stand-ins for its binaries. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { deno, ROOT, run, stageSource, VERSION } from "../../tools/build/program.ts";
import { assemble } from "../../tools/release/assemble.ts";
import { notesOf } from "../../tools/release/notes.ts";
import { fileOf, TARGETS } from "../../tools/release/targets.ts";
import { namesIn, testFolder } from "../support/cli/offline.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";

/** A release of files that hold their names. */
async function standIn(folder: string): Promise<string> {
  const binaries = join(folder, "binaries");
  await Deno.mkdir(binaries);
  for (const target of TARGETS) {
    await Deno.writeTextFile(join(binaries, fileOf(target)), target.triple);
  }
  const output = join(folder, "release");
  await assemble({ binaries, output, repository: "owner/name" });
  return join(output, "files");
}

Deno.test("a release has a binary for each target, and a sum for each file", async () => {
  await using folder = await testFolder();
  const files = await standIn(folder.path);
  const names = await namesIn(files);
  const sums = (await Deno.readTextFile(join(files, "SHA256SUMS"))).trimEnd().split("\n");
  assert.deepEqual(
    sums.map((line) => line.slice(66)).sort(),
    names.filter((name) => name !== "SHA256SUMS"),
  );
  for (const line of sums) {
    const hash = createHash("sha256").update(await Deno.readFile(join(files, line.slice(66))));
    assert.equal(line.slice(0, 66), `${hash.digest("hex")}  `);
  }
  for (const target of TARGETS) assert.ok(names.includes(fileOf(target)));
});

Deno.test("a release lacks nothing: one binary that is missing ends it", async () => {
  await using folder = await testFolder();
  const binaries = join(folder.path, "binaries");
  await Deno.mkdir(binaries);
  for (const target of TARGETS.slice(1)) {
    await Deno.writeTextFile(join(binaries, fileOf(target)), "");
  }
  const made = assemble({ binaries, output: join(folder.path, "release"), repository: "o/n" });
  await assert.rejects(made, Deno.errors.NotFound);
});

Deno.test("templates are filled: nothing is left between two @", async () => {
  await using folder = await testFolder();
  const files = await standIn(folder.path);
  const from = `https://github.com/owner/name/releases/download/v${VERSION}`;
  for (const name of ["install.sh", "finpipe.rb"]) {
    const text = await Deno.readTextFile(join(files, name));
    assert.doesNotMatch(text, /@[A-Z][\w:-]*@/);
    assert.ok(text.includes(from), name);
  }
  const formula = await Deno.readTextFile(join(files, "finpipe.rb"));
  const pairs = [...formula.matchAll(/url ".*\/finpipe-(.*)"\n\s+sha256 "([0-9a-f]{64})"/g)];
  assert.deepEqual(
    pairs.map(([, triple, sum]) => [triple, sum]).sort(),
    TARGETS.filter(({ os }) => os !== "win32").map(({ triple }) => [
      triple,
      createHash("sha256").update(triple).digest("hex"),
    ]).sort(),
  );
});

Deno.test("the notes of a release are its chapter of the changelog", () => {
  const changelog =
    "# Changelog\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- This.\n\n## [1.1.0]\n\nOld\n";
  assert.equal(notesOf("v1.2.0", "1.2.0", changelog), "### Added\n\n- This.");
  assert.throws(() => notesOf("v1.2.1", "1.2.0", changelog), /The tag v1.2.1 is not v1.2.0/);
  assert.throws(() => notesOf("v1.3.0", "1.3.0", changelog), /has no chapter for 1.3.0/);
});

Deno.test("image.sh builds for both processors, and pushes only if there is a tag", async () => {
  await using folder = await testFolder();
  const script = `#!/bin/sh
    echo "docker $*" >>"$CALLS"
    while [ "$#" -gt 1 ]; do
      [ "$1" = --metadata-file ] && printf '{\n  "containerimage.digest": "sha256:12ab"\n}\n' >"$2"
      shift
    done\n`;
  await Deno.writeTextFile(join(folder.path, "docker"), script, { mode: 0o755 });
  const CALLS = join(folder.path, "calls");
  const GITHUB_OUTPUT = join(folder.path, "output");
  for (const REF_TYPE of ["branch", "tag"]) {
    const PATH = `${folder.path}:${Deno.env.get("PATH")}`;
    const env = { PATH, CALLS, GITHUB_OUTPUT, REF_TYPE, GITHUB_REPOSITORY: "Owner/finpipe" };
    await run(join(ROOT, "tools/release/image.sh"), ["ghcr.io/owner/finpipe"], { env });
  }
  const calls = (await Deno.readTextFile(CALLS)).split("\n").filter((line) => / build /.test(line));
  for (const call of calls) {
    assert.match(call, / --platform linux\/amd64,linux\/arm64 /);
    assert.ok(call.includes(` --tag ghcr.io/owner/finpipe:${VERSION} `), call);
    assert.match(call, / --build-arg SOURCE_COMMIT=[0-9a-f]{40} /);
  }
  assert.deepEqual(calls.map((call) => call.includes(" --push ")), [false, true]);
  const output = await Deno.readTextFile(GITHUB_OUTPUT);
  assert.equal(output, "name=ghcr.io/owner/finpipe\ndigest=sha256:12ab\n");
});

Deno.test("the image's context has all that its build needs", async () => {
  await using folder = await testFolder();
  const ignore = await Deno.readTextFile(join(ROOT, "deploy/Dockerfile.dockerignore"));
  for (const [, name] of ignore.matchAll(/^!(.+)$/gm)) {
    await Deno.mkdir(join(folder.path, name!, ".."), { recursive: true });
    await cp(join(ROOT, name!), join(folder.path, name!), { recursive: true });
  }
  await deno(["cache", "--frozen", "tools/build/compile.ts", "main.ts"], { cwd: folder.path });
  // And what is copied for a build is copied from there.
  await stageSource(join(folder.path, "staged"), null);
  for (const name of await namesIn(join(folder.path, "staged"))) {
    assert.ok((await namesIn(folder.path)).includes(name), name);
  }
});

await toolTest("ruby: the Homebrew formula is Ruby", "ruby", async () => {
  await using folder = await testFolder();
  const files = await standIn(folder.path);
  const { success, output } = await runTool("ruby", ["-c", join(files, "finpipe.rb")]);
  assert.ok(success, output);
});
