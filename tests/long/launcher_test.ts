/** The launcher, as who tries the demo types it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/network/ports.ts";
import { pathOf } from "../support/machine/programs.ts";

const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));

async function stdoutOf(program: string, cwd: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, cwd }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("what the demo says to type next can be typed where it was started", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const shown = await stdoutOf(LAUNCHER, folder, ["demo"]);
    const [, report] = /^ {2}(\S+ --engine embedded --work-dir .* report .*)$/m.exec(shown)!;
    const csv = await stdoutOf("sh", folder, ["-c", report!]);
    assert.match(csv, /^date_update,.*\n2022-10-01,410,/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A folder with nothing but these programs. */
async function pathWith(folder: string, programs: readonly string[]): Promise<string> {
  await Deno.mkdir(folder);
  for (const name of programs) {
    const path = await pathOf(name);
    assert.ok(path, `there is no ${name}`);
    await Deno.symlink(await Deno.realPath(path), `${folder}/${name}`);
  }
  return folder;
}

/** Starts finpipe on a machine that has the programs, empty caches and no npm registry. */
async function firstStart(programs: readonly string[]): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(LAUNCHER, {
      args: ["--version"],
      clearEnv: true,
      env: {
        PATH: await pathWith(`${folder}/bin`, ["sh", "dirname", "readlink", ...programs]),
        HOME: folder,
        NPM_CONFIG_REGISTRY: `http://127.0.0.1:${freePort()}/`,
      },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr).replace(/127[\d.:]+/g, "<registry>") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HINT =
  `  Connect this machine to the npm registry once, or install the file that needs no network: ${
    LAUNCHER.replace(/finpipe$/, "docs/install.md")
  }\n`;

Deno.test("the first start without a network says what is missing: the packages", async () => {
  const { code, stderr } = await firstStart(["deno"]);
  assert.equal(code, 69);
  const [line, hint, ...more] = stderr.split(/(?<=\n)/);
  assert.match(
    line!,
    /^finpipe: Cannot get finpipe's packages for the first start from a clone: Failed caching npm package '[^']+': .*Connection refused/,
  );
  assert.deepEqual([hint, more], [HINT, []]);
});

Deno.test("the first start without a network says what is missing: Deno", async () => {
  const { code, stderr } = await firstStart(["node", "npx"]);
  assert.equal(code, 69);
  assert.equal(
    stderr,
    "finpipe: Cannot get Deno 2.9.6 for the first start from a clone: " +
      `connect ECONNREFUSED <registry>\n${HINT}`,
  );
});

Deno.test("a machine with neither Deno nor Node.js is told of the file that needs neither", async () => {
  const { code, stderr } = await firstStart([]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^finpipe: Neither deno nor npx was found\n {2}Install .*docs\/install\.md\n$/,
  );
});
