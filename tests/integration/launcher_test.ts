/** The ways to start finpipe agree: launcher, tasks, and what the tests spawn. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { LAUNCHER_FLAGS, PERMISSIONS, runCli, spawnCli } from "../support/run_cli.ts";

const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));

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
      assert.equal(await launch(program, folder), `${config.version}\n`, program);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what the demo says to type next can be typed where it was started", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const shown = await launch(LAUNCHER, folder, ["demo"]);
    const [, report] = /^ {2}(\S+ --work-dir .* report .*)$/m.exec(shown)!;
    const csv = await launch("sh", folder, ["-c", report!]);
    assert.match(csv, /^date_update,.*\n2022-10-01,410,/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tests start finpipe as the launcher does", async () => {
  const [, flags] = /^set -- run ([^]*?) --config/m.exec(await Deno.readTextFile(LAUNCHER))!;
  assert.deepEqual(flags!.split(/[\s\\]+/), LAUNCHER_FLAGS);
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
    assert.match(stderr, /work dir "\/proc\/finpipe": the runtime lets no program write there\n/);
  },
});

Deno.test("runCli() and spawnCli() give the same output and code", async () => {
  for (const args of [["--version"], ["--help"], ["nonsense"]]) {
    assert.deepEqual(await spawnCli(args).result, await runCli(args));
  }
});

Deno.test("spawnCli() waits for output, and says what there was where it never came", async () => {
  const cli = spawnCli(["--version"]);
  await cli.waitFor(/\d\.\d/);
  await assert.rejects(cli.waitFor(/never/), /The process ended without \/never\//);
  await cli.result;
  cli.kill("SIGKILL");
});
