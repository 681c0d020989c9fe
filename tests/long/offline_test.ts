/** The file that needs no download to be made: what it does where it runs, and to what it is given. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import {
  namesIn,
  offlineFile,
  resultOf,
  runFile,
  startFile,
  testFolder,
} from "../support/cli/offline.ts";
import { bareMachine, whyNoBinary } from "../support/cli/binary.ts";
import { skippable } from "../support/skip.ts";
import { commitToBuild, VERSION } from "../../tools/build/program.ts";
import { smoke } from "../../tools/release/smoke.ts";

const isLinux = Deno.build.os === "linux";

Deno.test("the file says its version before it is unpacked, as the program in it does", async () => {
  await using folder = await testFolder();
  const file = await offlineFile();
  const start = { env: { XDG_CACHE_HOME: folder.path } };
  const { stdout } = await runFile(file, ["--version"], start);
  assert.deepEqual(await namesIn(folder.path), []);
  assert.match(stdout, /^finpipe \d\S* \(commit ([0-9a-f]{40}(-dirty)?|unknown), Deno [\d.]+\)\n$/);
  assert.deepEqual(await runFile(file, ["-V"], start), { code: 0, stdout, stderr: "" });
  const json = JSON.parse((await runFile(file, ["--version", "--json"], start)).stdout);
  assert.equal(stdout, `finpipe ${json.version} (commit ${json.commit}, Deno ${json.deno})\n`);
});

Deno.test("arguments arrive as they are, the umask and the exit code, too", async () => {
  await using folder = await testFolder();
  const file = await offlineFile();
  const env = { HOME: folder.path, FILE: file };
  const sh = new Deno.Command("sh", {
    args: ["-c", 'umask 002; "$FILE" emit --dates 2022-10-01 --operations-per-day 1 --to made'],
    cwd: folder.path,
    env,
  });
  assert.ok((await sh.output()).success);
  assert.equal((await Deno.stat(join(folder.path, "made"))).mode! & 0o777, 0o664);
  for (const name of ["a  b*'\"$(x)", "--", "-x y", "ä\\n"]) {
    const args = ["rejected", "show", "1", "--reason", name];
    const { code, stderr } = await runFile(file, args, { env });
    assert.equal(code, 2);
    assert.ok(JSON.parse(stderr).message.includes(`"${name}"`), stderr);
  }
});

Deno.test("it is unpacked for its user alone: in XDG_CACHE_HOME, in HOME, else in TMPDIR", async () => {
  await using folder = await testFolder();
  const at = (name: string) => join(folder.path, name);
  for (const name of ["home", "tmp"]) await Deno.mkdir(at(name));
  const nobody = { HOME: "", TMPDIR: at("tmp") };
  const expected: [env: Record<string, string>, cache: string][] = [
    [{ XDG_CACHE_HOME: at("xdg"), HOME: at("home") }, "xdg/finpipe"],
    [{ XDG_CACHE_HOME: "relative", HOME: at("home") }, "home/.cache/finpipe"],
    [{ ...nobody, XDG_CACHE_HOME: "" }, `tmp/finpipe-${Deno.uid()}`],
    [{ ...nobody, HOME: at("absent") }, `tmp/finpipe-${Deno.uid()}`],
  ];
  for (const [env, cache] of expected) {
    const { code, stderr } = await runFile(await offlineFile(), ["-V"], { env });
    assert.equal(code, 0, stderr);
    assert.equal((await Deno.stat(at(cache))).mode! & 0o777, 0o700);
    const [hash, ...others] = await namesIn(at(cache));
    assert.match(hash!, /^[0-9a-f]{16}$/);
    assert.deepEqual(others, []);
    const { mode } = await Deno.stat(join(at(cache), hash!, "dist/main.js"));
    assert.equal(mode! & 0o777, 0o600);
  }
});

Deno.test("first starts at once unpack it once, and each of them runs", async () => {
  await using folder = await testFolder();
  const file = await offlineFile();
  const env = { XDG_CACHE_HOME: folder.path };
  const results = await Promise.all([1, 2, 3, 4].map(() => runFile(file, ["nonsense"], { env })));
  for (const { code, stderr } of results) {
    assert.equal(code, 2, stderr);
    assert.equal(JSON.parse(stderr).message, 'There is no command "nonsense"');
  }
  assert.equal((await namesIn(join(folder.path, "finpipe"))).length, 1);
});

Deno.test("configuration of Node.js and Deno around it and the caller is not read", async () => {
  await using folder = await testFolder();
  for (const name of ["deno.json", "package.json", ".npmrc", "deno.lock"]) {
    await Deno.writeTextFile(join(folder.path, name), "{ this is no JSON");
  }
  const start = { env: { HOME: folder.path, TMPDIR: folder.path }, cwd: folder.path };
  const { code, stdout, stderr } = await runFile(await offlineFile(), ["-V"], start);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^finpipe /);
});

Deno.test({
  name: "the process is finpipe by its name, and a signal meets it",
  ignore: !isLinux,
  async fn() {
    await using folder = await testFolder();
    const child = startFile(await offlineFile(), ["stream", "--source", "-"], {
      env: { HOME: folder.path },
      cwd: folder.path,
      stdin: "piped",
    });
    const reader = child.stderr.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    assert.match(new TextDecoder().decode(value), /embedded engine/);
    const words = (await Deno.readTextFile(`/proc/${child.pid}/cmdline`)).split("\0");
    assert.equal(basename(words[0]!), "finpipe");
    assert.equal(await Deno.readTextFile(`/proc/${child.pid}/comm`), "finpipe\n");
    child.kill("SIGTERM");
    const { code, stderr } = await resultOf(child);
    assert.equal(code, 143);
    assert.match(stderr, /Interrupted by SIGTERM/);
    await child.stdin.close().catch(() => {});
  },
});

Deno.test(skippable(
  "the demo and its page run on a machine with no network, Node.js, deno or home",
  await whyNoBinary(),
  async () => {
    await using machine = await bareMachine(await offlineFile());
    const cwd = machine.temp;
    const demo = await machine.run(["demo", "--quiet"], { cwd });
    assert.equal(demo.code, 0, demo.stderr);
    assert.match(demo.stdout, /^ {2}finpipe --engine embedded --work-dir .* report /m);
    const page = await machine.run(["--work-dir", "finpipe-demo", "report", "--format", "html"], {
      cwd,
    });
    assert.ok(page.stdout.includes("uPlot") && page.stdout.endsWith("</html>\n"), page.stderr);
  },
));

Deno.test("what a release does with each binary finds nothing wrong with the file", async () => {
  await smoke(await offlineFile(), await commitToBuild());
  const other = smoke(await offlineFile(), "0".repeat(40));
  await assert.rejects(other, new RegExp(`not ${VERSION} of 0{40}$`));
});
