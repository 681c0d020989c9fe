/** The npm packages of a release: packed, installed without a network, and run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { VERSION } from "../../tools/build/program.ts";
import { makeNpmPackages } from "../../tools/release/npm_packages.ts";
import { fileOf, TARGETS } from "../../tools/release/targets.ts";
import { offlineFile, resultOf, startFile, testFolder } from "../support/cli/offline.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";

const here = TARGETS.find(({ os, cpu }) =>
  os === Deno.build.os && cpu === { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch]
);
const missing = !await isOnPath("npm")
  ? "there is no npm"
  : here === undefined
  ? "there is no package for this machine"
  : undefined;

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("npm", {
    args: [...args, "--offline", "--no-audit", "--no-fund", "--loglevel=error"],
    cwd,
    env: { npm_config_cache: join(cwd, "cache") },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stdout) + text(stderr));
  return text(stdout);
}

Deno.test(
  skippable("npm install finpipe: the launcher runs this machine's binary", missing, async (t) => {
    await using folder = await testFolder();
    const binaries = join(folder.path, "binaries");
    await Deno.mkdir(binaries);
    for (const target of TARGETS) await Deno.writeTextFile(join(binaries, fileOf(target)), "other");
    await Deno.copyFile(await offlineFile(), join(binaries, fileOf(here!)));
    const output = join(folder.path, "npm");
    const made = await makeNpmPackages({ binaries, output, targets: TARGETS, repository: "o/n" });
    const packed = new Map<string, string>();
    for (const path of made) {
      const [{ filename, name, files }] = JSON.parse(
        await npm(folder.path, "pack", "--json", path),
      );
      packed.set(name, filename);
      const listed = files.map((file: { path: string }) => file.path).sort();
      const [binary] = listed.filter((file: string) => file.startsWith("finpipe"));
      assert.deepEqual(listed, ["LICENSE", "README.md", binary, "package.json"]);
    }
    assert.deepEqual([...packed.keys()].at(-1), "finpipe");
    const binary = packed.get(`@finpipe/${here!.os}-${here!.cpu}`)!;
    await Deno.writeTextFile(join(folder.path, "package.json"), "{}");
    await npm(folder.path, "install", `./${binary}`, `./${packed.get("finpipe")}`);
    const launcher = join(folder.path, "node_modules/.bin/finpipe");
    const env = { HOME: folder.path };

    await t.step("arguments and exit codes are passed on", async () => {
      const { stdout } = await resultOf(startFile(launcher, ["--version", "--json"], { env }));
      assert.equal(JSON.parse(stdout).version, VERSION);
      const { code, stderr } = await resultOf(startFile(launcher, ["a  b*"], { env }));
      assert.deepEqual([code, JSON.parse(stderr).message], [2, 'There is no command "a  b*"']);
    });

    for (const [signal, expected] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
      await t.step(`${signal} is passed on`, async () => {
        const child = startFile(launcher, ["stream", "--source", "-"], {
          env,
          cwd: folder.path,
          stdin: "piped",
        });
        const reader = child.stderr.getReader();
        const { value } = await reader.read();
        reader.releaseLock();
        assert.match(new TextDecoder().decode(value), /embedded engine/);
        child.kill(signal);
        const { code, stderr } = await resultOf(child);
        assert.equal(code, expected);
        assert.match(stderr, new RegExp(`Interrupted by ${signal}`));
        await child.stdin.close().catch(() => {});
      });
    }

    await t.step("npx runs it", async () => {
      assert.match(await npm(folder.path, "exec", "--", "finpipe", "--version"), /^finpipe /);
    });

    await t.step("a package that is not there is named", async () => {
      await Deno.remove(join(folder.path, "node_modules/@finpipe"), { recursive: true });
      const { code, stderr } = await resultOf(startFile(launcher, ["--version"], { env }));
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^finpipe: The package @finpipe\/\S+ is not installed: .*\n {2}Install again /,
      );
    });
  }),
);
