/** What a release is made of, from stand-ins for its binaries. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { VERSION } from "../../tools/build/program.ts";
import { assemble } from "../../tools/release/assemble.ts";
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

await toolTest("ruby: the Homebrew formula is Ruby", "ruby", async () => {
  await using folder = await testFolder();
  const files = await standIn(folder.path);
  const { success, output } = await runTool("ruby", ["-c", join(files, "finpipe.rb")]);
  assert.ok(success, output);
});
