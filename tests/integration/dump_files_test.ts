/** Partition files that cannot be written, or that another dump is writing. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { lockFile } from "../../lib/runtime/file_lock.ts";
import { openSession } from "../support/engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { type CliResult, runCli } from "../support/cli/run_cli.ts";
import { smallDisk, whyNoMount } from "../support/machine/small_disk.ts";
import { skippable } from "../support/skip.ts";

const DAY = "2022-10-01";

/** A database with one transaction and one rate, and a folder for work dirs. */
async function makePlace(t: Deno.TestContext) {
  await using scope = new AsyncDisposableStack();
  const database = scope.use(await testDatabase(t));
  const folder = await Deno.makeTempDir({ prefix: "finpipe-dump-" });
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const cli = (workDir: string, args: string[], stdin = ""): Promise<CliResult> => {
    return runCli(args, {
      env: {
        FINPIPE_PG_URL: database.url,
        FINPIPE_VERTICA_URL: "embedded",
        FINPIPE_WORK_DIR: workDir,
      },
      stdin,
    });
  };
  const land = async (text: string) => {
    const { code, stderr } = await cli(`${folder}/landing`, ["stream", "--source", "-"], text);
    assert.equal(code, 0, stderr);
  };
  await land(jsonl(transactionMessage(), rateMessage()));
  const moved = scope.move();
  return {
    url: database.url,
    folder,
    land,
    /** Makes the warehouse, which is embedded in the work dir. */
    async init(workDir: string) {
      const { code, stderr } = await cli(workDir, ["init"]);
      assert.equal(code, 0, stderr);
    },
    dump: (workDir: string, ...args: string[]) =>
      cli(workDir, ["dump", "--partition", DAY, ...args]),
    load: (workDir: string, ...args: string[]) =>
      cli(workDir, ["load", "--partition", DAY, ...args]),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Names and contents of the files of a folder and those in it. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) files[name] = await Deno.readTextFile(path);
    else {
      for (const [inner, text] of Object.entries(await filesOf(path))) {
        files[`${name}/${inner}`] = text;
      }
    }
  }
  return files;
}

/** Kills a dump with SIGKILL once the first manifest is there. */
async function killBetween(url: string, workDir: string): Promise<void> {
  const script = fileURLToPath(new URL("../support/partitions/dump_between.ts", import.meta.url));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, url, workDir, DAY],
    stdout: "piped",
  }).spawn();
  const output = process.stdout.getReader();
  const { value } = await output.read();
  process.kill("SIGKILL");
  assert.equal((await process.status).signal, "SIGKILL");
  assert.equal(new TextDecoder().decode(value), "between");
  await output.cancel();
}

/** Which snapshot each manifest says that its file is of. */
async function snapshotsOf(workDir: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const dataset of ["transactions", "currencies"]) {
    const path = `${workDir}/partitions/${dataset}/${DAY}.manifest.json`;
    found[dataset] = JSON.parse(await Deno.readTextFile(path)).snapshot;
  }
  return found;
}

const NAMES = ["currencies", "transactions"].flatMap((dataset) => [
  `${dataset}/.lock`,
  `${dataset}/${DAY}.csv`,
  `${dataset}/${DAY}.manifest.json`,
]);

postgresTest(
  "files and folders are made for their owner alone, and nothing is left over",
  async (t) => {
    await using place = await makePlace(t);
    const workDir = `${place.folder}/work`;
    assert.equal((await place.dump(workDir)).code, 0);
    assert.deepEqual(Object.keys(await filesOf(`${workDir}/partitions`)).sort(), NAMES);
    const modes = [
      `${workDir}/partitions/transactions`,
      `${workDir}/partitions/currencies/${DAY}.csv`,
    ]
      .map((path) => (Deno.statSync(path).mode! & 0o777).toString(8));
    assert.deepEqual(modes, ["700", "600"]);
  },
);

postgresTest("a second dump of a dataset at once is exit 75, of the other it is not", async (t) => {
  await using place = await makePlace(t);
  const workDir = `${place.folder}/work`;
  await Deno.mkdir(`${workDir}/partitions/currencies`, { recursive: true });
  using _lock = await lockFile(`${workDir}/partitions/currencies/.lock`, "it");
  const { code, stderr } = await place.dump(workDir);
  assert.equal(code, 75);
  assert.match(stderr, /^finpipe: Another finpipe process uses the partition files of currencies/m);
  assert.equal((await place.dump(workDir, "--dataset", "transactions")).code, 0);
});

postgresTest("what a killed dump left is overwritten", async (t) => {
  await using place = await makePlace(t);
  const workDir = `${place.folder}/work`;
  const folder = `${workDir}/partitions/transactions`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/${DAY}.csv.tmp`, "rest\n".repeat(1000));
  await Deno.writeTextFile(`${folder}/${DAY}.manifest.json.tmp`, "{".repeat(10_000));
  assert.equal((await place.dump(workDir)).code, 0);
  const files = await filesOf(folder);
  assert.deepEqual(Object.keys(files).length, 3);
  assert.equal(files[`${DAY}.csv`]!.split("\n").length, 2);
  assert.equal(JSON.parse(files[`${DAY}.manifest.json`]!).rows, 1);
});

postgresTest(
  "a dump that is killed between its two manifests leaves a pair that is not loaded",
  async (t) => {
    await using place = await makePlace(t);
    const workDir = `${place.folder}/work`;
    await place.init(workDir);
    assert.equal((await place.dump(workDir)).code, 0);
    await place.land(jsonl(transactionMessage(), rateMessage()));
    await killBetween(place.url, workDir);
    const snapshots = await snapshotsOf(workDir);
    assert.notEqual(snapshots.transactions, snapshots.currencies);
    const { code, stderr } = await place.load(workDir);
    assert.equal(code, 5);
    assert.match(
      stderr,
      /^finpipe: Cannot load the partition files of 2022-10-01: they are of two snapshots/m,
    );
    assert.match(stderr, /^ {2}Run 'finpipe dump 2022-10-02' to write both anew, then load them$/m);
    // One of the two is a whole file of one snapshot.
    assert.equal((await place.load(workDir, "--dataset", "currencies")).code, 0);

    // Nor is a pair of one dump and of another of one dataset alone.
    assert.equal((await place.dump(workDir)).code, 0);
    assert.equal((await place.load(workDir)).code, 0);
    assert.equal((await place.dump(workDir, "--dataset", "transactions")).code, 0);
    assert.equal((await place.load(workDir)).code, 5);
  },
);

postgresTest("a pair that an older version wrote is not loaded, one of the two is", async (t) => {
  await using place = await makePlace(t);
  const workDir = `${place.folder}/work`;
  await place.init(workDir);
  assert.equal((await place.dump(workDir)).code, 0);
  for (const dataset of ["transactions", "currencies"]) {
    const path = `${workDir}/partitions/${dataset}/${DAY}.manifest.json`;
    const { snapshot: _snapshot, sources, ...rest } = JSON.parse(await Deno.readTextFile(path));
    const older = sources.map(({ rows: _rows, ...source }: { rows: number }) => source);
    await Deno.writeTextFile(path, JSON.stringify({ ...rest, sources: older }));
  }
  const { code, stderr } = await place.load(workDir);
  assert.equal(code, 5);
  assert.match(
    stderr,
    /did not note which snapshot of staging they are of\n {2}Run 'finpipe dump 2/,
  );
  assert.equal((await place.load(workDir, "--dataset", "transactions")).code, 0);
});

postgresTest("a dump that fails leaves the files that stood there", async (t) => {
  await using place = await makePlace(t);
  const workDir = `${place.folder}/work`;
  assert.equal((await place.dump(workDir)).code, 0);
  const before = await filesOf(`${workDir}/partitions`);
  await place.land(jsonl(transactionMessage()));
  const session = await openSession(place.url);
  await session.execute("ALTER TABLE stg.currencies RENAME COLUMN currency_code_with TO gone");
  await session.close();
  const { code, stderr } = await place.dump(workDir);
  assert.notEqual(code, 0, stderr);
  // Not one of the two, though transactions were read whole.
  assert.deepEqual(await filesOf(`${workDir}/partitions`), before);
});

postgresTest("a work dir below a file is exit 3", async (t) => {
  await using place = await makePlace(t);
  await Deno.writeTextFile(`${place.folder}/file`, "");
  const { code, stderr } = await place.dump(`${place.folder}/file/work`);
  assert.equal(code, 3);
  assert.match(stderr, /Cannot use the work dir ".*": a part of the path is a file\n {2}\S/);
});

/** Registers a test that not everybody can make; skipped by name where there is a reason. */
function testUnless(
  reason: string | undefined,
  name: string,
  test: (t: Deno.TestContext) => Promise<void>,
): void {
  if (reason === undefined) return postgresTest(name, test);
  Deno.test(skippable(name, reason, test, { inCi: true }));
}

const asRoot = Deno.uid() === 0 ? "root may write anywhere" : undefined;

testUnless(asRoot, "a work dir that may not be written is exit 3", async (t) => {
  await using place = await makePlace(t);
  await Deno.mkdir(`${place.folder}/work`, { mode: 0o500 });
  const { code, stderr } = await place.dump(`${place.folder}/work`);
  assert.equal(code, 3);
  assert.match(stderr, /no right to write there/);
});

testUnless(
  await whyNoMount(),
  "a full disk is exit 1, the files that stood there stay",
  async (t) => {
    await using place = await makePlace(t);
    const workDir = `${place.folder}/small`;
    await Deno.mkdir(workDir);
    await using _disk = await smallDisk(workDir, "1m");
    assert.equal((await place.dump(workDir)).code, 0);
    const before = await filesOf(`${workDir}/partitions`);
    const long = { country: "x".repeat(1000) };
    await place.land(jsonl(...Array.from({ length: 1200 }, () => transactionMessage(long))));
    const { code, stderr } = await place.dump(workDir);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^finpipe: Cannot write .*: the disk is full\n {2}Make room, then run again/m,
    );
    // Nor does what was written fill the disk.
    assert.deepEqual(await filesOf(`${workDir}/partitions`), before);
    assert.equal((await place.dump(workDir, "--dataset", "currencies")).code, 0);
  },
);
