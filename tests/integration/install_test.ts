/** install.sh, as people run it from a release: what it downloads, checks, and says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { namesIn } from "../support/cli/offline.ts";
import { isOnPath, pathOf } from "../support/machine/programs.ts";
import { smallDisk, whyNoMount } from "../support/machine/small_disk.ts";
import { skippable } from "../support/skip.ts";
import { assemble } from "../../tools/release/assemble.ts";
import { fileOf, TARGETS } from "../../tools/release/targets.ts";

const MACHINES = ["Linux x86_64", "Linux aarch64", "Darwin x86_64", "Darwin arm64"];
const COMMON = ["sh", "cut", "chmod", "id", "mkdir", "mktemp", "mv", "rm", "sed"];

interface Place extends AsyncDisposable {
  folder: string;
  /** Text of files that differ from those of the release; half is one that ends too early. */
  served: Map<string, Response | "half">;
  install(options?: InstallOptions): Promise<{ code: number; output: string }>;
}

interface InstallOptions {
  env?: Record<string, string>;
  /** As `uname` has it. @default the first of {@link MACHINES} */
  machine?: string;
  /** Programs beside the usual ones. @default curl and sha256sum */
  programs?: readonly string[];
}

/** A release with binaries that only say a version, on an HTTP server of its own. */
async function makePlace(): Promise<Place> {
  await using scope = new AsyncDisposableStack();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "finpipe-install-" }));
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const binaries = join(folder, "binaries");
  await Deno.mkdir(binaries);
  for (const target of TARGETS) {
    const text = `#!/bin/sh\necho "finpipe for ${target.triple} $*"\n`;
    await Deno.writeTextFile(join(binaries, fileOf(target)), text);
  }
  await assemble({ binaries, output: join(folder, "release"), repository: "owner/name" });
  const files = join(folder, "release/files");
  const served: Place["served"] = new Map();
  const from = scope.use(serveFiles(files, served));
  let runs = 0;
  const moved = scope.move();
  return {
    folder,
    served,
    async install({ env = {}, machine = MACHINES[0]!, programs = ["curl", "sha256sum"] } = {}) {
      const path = join(folder, `path${++runs}`);
      await Deno.mkdir(path);
      const uname = `#!/bin/sh\nset -- ${machine} "$1"\n[ "$3" = -s ] && echo "$1" || echo "$2"\n`;
      await Deno.writeTextFile(join(path, "uname"), uname, { mode: 0o755 });
      for (const name of [...COMMON, ...programs]) {
        const found = await pathOf(name);
        assert.ok(found, `there is no ${name}`);
        await Deno.symlink(found, join(path, name));
      }
      const { code, stdout, stderr } = await new Deno.Command(join(path, "sh"), {
        args: [join(files, "install.sh")],
        clearEnv: true,
        env: {
          PATH: path,
          HOME: folder,
          FINPIPE_INSTALL_DIR: join(folder, "bin"),
          FINPIPE_INSTALL_FROM: from.url,
          ...env,
        },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, output: text(stdout) + text(stderr) };
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Serves a folder, except for what is served otherwise. */
function serveFiles(folder: string, served: Place["served"]): AsyncDisposable & { url: string } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    const other = served.get(name);
    if (other instanceof Response) return other.clone();
    const bytes = await Deno.readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) return new Response("no such file", { status: 404 });
    if (other === undefined) return new Response(bytes);
    // The length of all, and then the connection breaks.
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, bytes.length / 2));
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-length": String(bytes.length) } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

for (const [index, machine] of MACHINES.entries()) {
  Deno.test(`install.sh installs the binary for ${machine}, and says what it is`, async () => {
    await using place = await makePlace();
    const folder = join(place.folder, "bin");
    const line = `Installed in ${folder}: finpipe for ${TARGETS[index]!.triple} --version\n`;
    const { code, output } = await place.install({ machine });
    assert.deepEqual([code, output.startsWith(line)], [0, true], output);
    assert.ok(output.endsWith(`This adds it: 'export PATH=${folder}:$PATH'\n`), output);
    assert.deepEqual(await namesIn(folder), ["finpipe"]);
    assert.equal((await Deno.stat(join(folder, "finpipe"))).mode! & 0o777, 0o755);
    // Again, over the old one.
    assert.equal((await place.install({ machine })).code, 0);
  });
}

const noWget = await isOnPath("wget") ? undefined : "there is no wget";
Deno.test(
  skippable("install.sh needs no curl with wget, no sha256sum with shasum", noWget, async () => {
    await using place = await makePlace();
    const { code, output } = await place.install({ programs: ["wget", "shasum", "perl"] });
    assert.equal(code, 0, output);
    const without = async (...programs: string[]) => (await place.install({ programs })).output;
    assert.match(await without("sha256sum"), /^finpipe: Neither curl nor wget was found\n/);
    assert.match(await without("curl"), /^finpipe: Neither sha256sum nor shasum was found\n/);
  }),
);

const NAME = fileOf(TARGETS[0]!);
const wrong = new Response("#!/bin/sh\necho evil\n");
const absent = new Response("no such file", { status: 404 });
const BROKEN: [
  name: string,
  file: string,
  answer: Response | "half",
  code: number,
  says: RegExp,
][] = [
  [
    "a wrong sum",
    NAME,
    wrong,
    4,
    /The sha256 of \S+ is [0-9a-f]{64}, and should be [0-9a-f]{64}\n/,
  ],
  ["no binary", NAME, absent, 69, /Cannot download \S+: [^]*404/],
  ["no sums", "SHA256SUMS", absent, 69, /Cannot download \S+SHA256SUMS: [^]*404/],
  ["no sum of it", "SHA256SUMS", new Response("0  other\n"), 4, /has no sum for finpipe-x86_64/],
  ["half a binary", NAME, "half", 69, /Cannot download \S+linux-gnu: /],
];

for (const [name, file, answer, expected, says] of BROKEN) {
  for (const tool of ["curl", "wget"]) {
    const missing = await isOnPath(tool) ? undefined : `there is no ${tool}`;
    const title = `install.sh with ${tool}: ${name} installs nothing, and keeps what was there`;
    Deno.test(skippable(title, missing, async () => {
      await using place = await makePlace();
      await Deno.mkdir(join(place.folder, "bin"));
      await Deno.writeTextFile(join(place.folder, "bin/finpipe"), "old");
      place.served.set(file, answer);
      const { code, output } = await place.install({ programs: [tool, "sha256sum"] });
      assert.equal(code, expected, output);
      assert.match(output, says);
      assert.deepEqual(await namesIn(join(place.folder, "bin")), ["finpipe"]);
      assert.equal(await Deno.readTextFile(join(place.folder, "bin/finpipe")), "old");
    }));
  }
}

Deno.test("install.sh says that there is no binary for a machine", async () => {
  await using place = await makePlace();
  for (const machine of ["Linux riscv64", "FreeBSD amd64"]) {
    const { code, output } = await place.install({ machine });
    assert.equal(code, 1);
    assert.match(output, new RegExp(`^finpipe: There is no binary of finpipe for ${machine}\n`));
  }
});

Deno.test(
  skippable("install.sh says that a folder cannot be written", await whyNoMount(), async () => {
    await using place = await makePlace();
    const disk = join(place.folder, "disk");
    await Deno.mkdir(disk);
    await using _disk = await smallDisk(disk, "1m,ro");
    for (const folder of [disk, join(disk, "bin")]) {
      const { code, output } = await place.install({ env: { FINPIPE_INSTALL_DIR: folder } });
      assert.equal(code, 3);
      assert.match(output, /Read-only file system\n {2}Set FINPIPE_INSTALL_DIR to a folder/);
    }
  }),
);

Deno.test("half of install.sh, as a broken download of it gives, does nothing", async () => {
  await using place = await makePlace();
  const script = join(place.folder, "release/files/install.sh");
  const text = await Deno.readTextFile(script);
  for (const part of [0.3, 0.6, 0.99]) {
    await Deno.writeTextFile(script, text.slice(0, text.length * part));
    await place.install();
    assert.deepEqual(await namesIn(join(place.folder, "bin")), []);
  }
});
