/** `finpipe serve` as a process, on the embedded engine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { lockBehindReader } from "../../lib/runtime/file_lock.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { inFolder } from "../support/folder.ts";
import { freePort } from "../support/network/ports.ts";

const FIXTURE = new URL("../fixtures/events.jsonl", import.meta.url).pathname;

Deno.test("serve shows the mart on loopback alone, and another command works meanwhile", () =>
  inFolder(async (folder) => {
    const env = { FINPIPE_WORK_DIR: join(folder, "work") };
    const done = async (...args: string[]) => {
      const { code, stdout, stderr } = await spawnCli(args, { env }).result;
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await done("stream", "--source", FIXTURE);
    await done("backfill", "2022-10-02");
    const url = `http://localhost:${freePort()}/`;
    const serve = spawnCli(["serve", "--port", new URL(url).port], { env });
    await serve.waitFor(/Serving the mart on http:\/\/localhost:\d+\//);
    const steps = await (await fetch(`${url}api/status.json`)).text();
    assert.equal(steps, await done("status", "--json"));
    assert.match(await (await fetch(`${url}status`)).text(), /scope="row">2022-10-02</);
    const report = await done("report", "--format", "json");
    await done("backfill", "2022-10-03");
    serve.kill("SIGTERM");
    const { code, stdout, stderr } = await serve.result;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /localhost/);
    assert.match(report, /"date_update":"2022-10-01"/);
    // No engine: nothing is served and the reason is told.
    const none = await runCli(["serve", "--port", "0", "--work-dir", join(folder, "none")]);
    assert.equal(none.code, 3);
    assert.match(none.stderr, /There is no embedded engine/);
  }));

Deno.test("a reader of the folder is waited for, anybody else is not", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    const wait = { isReader: false, longest: 60_000 };
    const reader = await lockBehindReader(path, "it", { isReader: true, longest: 0 });
    const waiting = lockBehindReader(path, "it", wait);
    const short = lockBehindReader(path, "it", { isReader: false, longest: 0 });
    await assert.rejects(short, /Another finpipe process uses it/);
    reader[Symbol.dispose]();
    using _held = await waiting;
    await assert.rejects(lockBehindReader(path, "it", wait), /Another finpipe process uses it/);
    const other = lockBehindReader(path, "it", { isReader: true, longest: 60_000 });
    await assert.rejects(other, /Another finpipe process uses it/);
  }));
