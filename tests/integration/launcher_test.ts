/** The ways to start finpipe agree: launcher, tasks, and what the tests spawn. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { DENO_VERSION, RUN_FLAGS } from "../../tools/build/program.ts";
import { readDocument } from "../support/docs/documents.ts";
import { LAUNCHER_FLAGS, PERMISSIONS, runCli, spawnCli } from "../support/cli/run_cli.ts";

const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));

const VERSION_LINE = new RegExp(`^finpipe ${config.version} \\(commit .*, Deno [\\d.]+\\)\n$`);

async function launch(program: string, cwd: string, args = ["--version"]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, { args, cwd }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("the launcher runs finpipe from any folder, also through links to it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(LAUNCHER, `${folder}/absolute`);
    await Deno.symlink("absolute", `${folder}/relative`);
    for (const program of [LAUNCHER, `${folder}/absolute`, `${folder}/relative`]) {
      assert.match(await launch(program, folder), VERSION_LINE, program);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tests start finpipe as the launcher does", async () => {
  const [, flags] = /^set -- run ([^]*?) --config/m.exec(await Deno.readTextFile(LAUNCHER))!;
  assert.deepEqual(flags!.split(/[\s\\]+/), LAUNCHER_FLAGS);
});

Deno.test("the launcher for Windows gives the same flags and permissions", async () => {
  const text = await Deno.readTextFile(`${LAUNCHER}.cmd`);
  assert.doesNotMatch(text, /[^\r]\n/);
  const [, flags] = /^set flags=run ([^]*?) --config/m.exec(text)!;
  assert.deepEqual(flags!.split(/[\s^]+/), LAUNCHER_FLAGS);
  assert.deepEqual(text.match(/--allow-[a-z]+/g), PERMISSIONS);
});

Deno.test("launchers, gate, releases and image have the Deno that finpipe is built with", async () => {
  const files = ["finpipe", "finpipe.cmd", ".ci/run", ".github/workflows/release.yml"]
    .concat("deploy/Dockerfile", "README.md");
  for (const file of files) {
    const text = await readDocument(file);
    const versions = [...text.matchAll(/\b(?:deno@|deno:debian-|DENO_VERSION=)([\d.]+\d)/g)];
    assert.ok(versions.length > 0, file);
    for (const [, version] of versions) assert.equal(version, DENO_VERSION, file);
  }
});

Deno.test("what is built runs as the launcher runs it", () => {
  const built = RUN_FLAGS.filter((flag) => !PERMISSIONS.includes(flag));
  assert.deepEqual(RUN_FLAGS.filter((flag) => PERMISSIONS.includes(flag)), PERMISSIONS);
  for (const flag of built) assert.ok(LAUNCHER_FLAGS.includes(flag), flag);
});

Deno.test("the launcher and deno.json grant the same permissions", async () => {
  const allowed = (text: string) => [...new Set(text.match(/--allow-[a-z]+/g))].sort();
  assert.deepEqual(allowed(await Deno.readTextFile(LAUNCHER)), PERMISSIONS.toSorted());
  assert.deepEqual(allowed(config.tasks.dev), PERMISSIONS.toSorted());
});

Deno.test({
  name: "a folder that the runtime closes to programs is a configuration error",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stderr } = await spawnCli(["--work-dir", "/proc/finpipe", "init"]).result;
    assert.equal(code, 3);
    assert.match(
      stderr,
      /work dir "\/proc\/finpipe": the runtime does not let programs read or write there\n/,
    );
  },
});

Deno.test({
  name: "what the runtime closes to programs is said in our words, stdout's names are stdout",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const emit = ["emit", "--dates", "2022-10-01", "--operations-per-day", "1", "--quiet", "--to"];
    const events = await spawnCli([...emit, "-"]).result;
    assert.deepEqual(await spawnCli([...emit, "/dev/stdout"]).result, events);
    const closed = await spawnCli([...emit, "/dev/tty"]).result;
    assert.equal(closed.code, 1);
    assert.match(
      closed.stderr,
      /"\/dev\/tty": the runtime does not let programs read or write there\n/,
    );
    const env = { FINPIPE_PG_URL_FILE: "/proc/self/fd/0" };
    const secret = await spawnCli(["dump"], { env }).result;
    assert.equal(secret.code, 3);
    assert.match(secret.stderr, /"\/proc\/self\/fd\/0" cannot be read: the runtime does not let/);
  },
});

Deno.test("runCli() and spawnCli() give the same output and code", async () => {
  for (const args of [["--version"], ["--help"], ["nonsense"]]) {
    const { code, stdout, stderr } = await spawnCli(args).result;
    // A clone's program is beside main.ts.
    const named = stderr.replace(/'\S*\/finpipe /, "'finpipe ");
    assert.deepEqual({ code, stdout, stderr: named }, await runCli(args));
  }
});

Deno.test("spawnCli() waits for output, and says what there was where it never came", async () => {
  const cli = spawnCli(["--version"]);
  await cli.waitFor(/\d\.\d/);
  await assert.rejects(cli.waitFor(/never/), /The process ended without \/never\//);
  await cli.result;
  cli.kill("SIGKILL");
});

Deno.test("a pipe by a path of its own is no file: it is to be stdin", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The second is what a shell's <(...) gives.
    for (const [pipe, as] of [["/dev/stdin", ""], ["/dev/fd/9", "9<&0"]]) {
      const script = `true | "$0" stream --source ${pipe} ${as}`;
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", script, LAUNCHER],
        cwd: folder,
        env: {
          FINPIPE_ENGINE: "embedded",
          FINPIPE_LOG_LEVEL: "warn",
          FINPIPE_LOG_FORMAT: "text",
          NO_COLOR: "1",
        },
      }).output();
      assert.equal(code, 1);
      assert.match(
        new TextDecoder().decode(stderr),
        /^finpipe: Cannot read "[^"]*": it is not a regular file\n.* with --source -\n$/,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
