/**
 * A PostgreSQL that runs out of disk while a topic is landed, for its tables or for its WAL: it is
 * waited for, and nothing is lost.
 */
import assert from "node:assert/strict";
import { databaseOn } from "../support/crash/servers.ts";
import { openSession } from "../support/engine/engines.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { smallDisk, whyNoMount } from "../support/machine/small_disk.ts";
import { assertBalanced, sumOf } from "../support/topic/books.ts";
import { landingPlace, topicTest, untilRead } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
import { until } from "../support/until.ts";
import { skippable, type TestBody } from "../support/skip.ts";

const NO_MOUNT = await whyNoMount();

/** A test that needs a disk of its own as well; skipped by name where there can be none. */
async function diskTest(
  name: string,
  test: TestBody,
): Promise<void> {
  if (NO_MOUNT === undefined) await topicTest(name, test);
  else Deno.test(skippable(name, NO_MOUNT, test, { inCi: true }));
}

/** Bytes that are left for rows, beside what a database has from its start. */
const ROOM = 2_000_000;

await diskTest("a database whose disk is full is waited for", async (t) => {
  await using server = await startPostgres();
  const folder = await Deno.makeTempDir({ prefix: "finpipe-disk-" });
  try {
    await using _disk = await smallDisk(folder, "64m");
    const tablespace = `${folder}/tablespace`;
    await Deno.mkdir(tablespace);
    // The server's own user.
    const { uid, gid } = await Deno.stat(`/proc/${server.pid}`);
    await Deno.chown(tablespace, uid, gid);
    const admin = await openSession(server.url);
    await admin.execute(`CREATE TABLESPACE small LOCATION '${tablespace}'`);
    await using database = await databaseOn(server);
    await admin.execute(`ALTER DATABASE ${database.name} SET TABLESPACE small`);
    await admin.close();
    const env = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: `${folder}/work` };
    assert.equal((await runCli(["init"], { env })).code, 0);

    await using place = await landingPlace(t, { partitions: 2, url: database.url });
    const traffic = await startTraffic(place);
    const landing = place.land({ untilEnd: false, rows: 200, linger: "20ms" });
    const { landers } = await landing.state;
    await traffic.more(400);
    const ballast = `${folder}/ballast`;
    await fillUpTo(ballast, folder, ROOM);
    await until(() => landers.stagingFailure !== undefined);
    assert.match(
      landers.stagingFailure!,
      /^Failed on PostgreSQL at .*: could not .*: No space left on device/,
    );
    await traffic.stop();
    const ended = await place.stream("--group", `${place.topic.group}-new`);
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, /^finpipe: .*No space left.*\n {2}The server's disk is full: make/m);
    await Deno.remove(ballast);
    await untilRead(place);
    assert.equal(landers.stagingFailure, undefined);
    const totals = await landing.stop();
    const books = await assertBalanced(place);
    assert.equal(sumOf(books, "messages_read"), totals.messages_read);
    assert.match(landing.log(), /No space left on device.*; trying again until it answers/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Moves a stopped server's WAL to another folder. */
async function moveWal(serverFolder: string, folder: string): Promise<void> {
  const wal = `${serverFolder}/data/pg_wal`;
  const { success } = await new Deno.Command("cp", { args: ["-a", wal, folder] }).output();
  assert.ok(success);
  await Deno.remove(wal, { recursive: true });
  await Deno.symlink(`${folder}/pg_wal`, wal);
}

await diskTest(
  "a database whose WAL has no disk, and that is down for it, is waited for",
  async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "finpipe-disk-" });
    const serverFolder = await Deno.makeTempDir({ prefix: "finpipe-disk-server-" });
    try {
      await using _disk = await smallDisk(folder, "96m");
      await using server = await startPostgres({ folder: serverFolder });
      await server.stop();
      await moveWal(serverFolder, folder);
      await server.start();
      await using database = await databaseOn(server);
      const env = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: `${serverFolder}/work` };
      assert.equal((await runCli(["init"], { env })).code, 0);

      await using place = await landingPlace(t, { partitions: 2, url: database.url });
      const traffic = await startTraffic(place);
      const landing = place.land({ untilEnd: false, rows: 200, linger: "20ms" });
      const { landers } = await landing.state;
      await traffic.more(400);
      const ballast = `${folder}/ballast`;
      await fillUpTo(ballast, folder, 0);
      // The commit that needs another segment ends the server, which cannot recover either.
      await until(async () => /shut down$/.test((await server.log()).trim()));
      assert.match(
        await server.log(),
        /PANIC: {2}could not write to file "pg_wal\/.*No space left/,
      );
      await until(() => landers.stagingFailure !== undefined);
      await traffic.stop();
      const group = `${place.topic.group}-new`;
      const ended = await place.stream("--group", group, "--retry-for", "100ms");
      assert.equal(ended.code, 69, ended.stderr);
      assert.match(
        ended.stderr,
        /^finpipe: Cannot reach PostgreSQL.*\n {2}Check that the server runs/m,
      );
      await Deno.remove(ballast);
      await server.stop();
      await server.start();

      await using after = await place.reopen();
      await untilRead(after);
      assert.equal(landers.stagingFailure, undefined);
      const totals = await landing.stop();
      const books = await assertBalanced(after);
      assert.equal(sumOf(books, "messages_read"), totals.messages_read);
      // One line when it goes, whatever it says meanwhile, and one when it is back.
      assert.equal(landing.log().match(/^warn: .*; trying again until it answers$/gm)?.length, 1);
      assert.match(landing.log(), /^Staging answers again, after \d+ s$/m);
    } finally {
      await Deno.remove(folder, { recursive: true });
      await Deno.remove(serverFolder, { recursive: true });
    }
  },
);

/** Writes a file that leaves so many bytes of the disk. */
async function fillUpTo(path: string, folder: string, left: number): Promise<void> {
  const { success, stdout } = await new Deno.Command("df", {
    args: ["--output=avail", "-B1", folder],
  }).output();
  assert.ok(success);
  const free = Number(new TextDecoder().decode(stdout).split("\n")[1]);
  await Deno.writeFile(path, new Uint8Array(free - left));
}
