/** `doctor --trial` on a Vertica server that is otherwise than taken for granted, fails, or is left. */
import assert from "node:assert/strict";
import { spawnCli } from "../support/cli/run_cli.ts";
import { TcpProxy } from "../support/network/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { ownVerticaTest } from "../support/vertica/place.ts";
import { namesOf, reportOf, TrialPlace } from "../support/vertica/trial_place.ts";

ownVerticaTest("what it can do without is told, and is exit 0", async () => {
  await using place = await TrialPlace.open();
  Object.assign(place.own.engine.switches, {
    enforcesLengthByParser: false,
    swapCommits: false,
    quotedEmpty: "empty",
    numbersRejected: false,
  });
  const result = await place.trial("--json");
  const report = reportOf(result);
  const not = namesOf(report, "not");
  for (
    const name of [
      "copy-enforcelength",
      "swap-commits",
      "copy-quoted-empty",
      "copy-rejected-number",
    ]
  ) {
    assert.ok(not.includes(name), `${name}: ${not}`);
    assert.equal(report.experiments.find((found) => found.name === name)!.effect, "copes");
  }
  for (const name of ["swap-whole", "swap-day", "swap-back", "copy-empty-string", "copy-taken"]) {
    assert.ok(namesOf(report, "held").includes(name), `${name} holds all the same`);
  }
  assert.deepEqual(namesOf(report, "not_tried"), []);
  for (const name of ["copy-too-long", "copy-bytes"]) assert.ok(!not.includes(name), name);
  assert.equal(result.code, 0);
  // Nor where neither ENFORCELENGTH nor the parser sees to what is too long: load does.
  place.own.engine.switches.parserCuts = true;
  const cut = await place.trial("--json");
  assert.equal(cut.code, 0);
  for (const name of ["copy-too-long", "copy-bytes"]) {
    const found = reportOf(cut).experiments.find((found) => found.name === name)!;
    assert.deepEqual([found.outcome, found.effect], ["not", "copes"], name);
    assert.match(found.seen!, /abcd; 2,abcd; 3,éé; 4,éé$/, name);
  }
});

ownVerticaTest("a limit of the session's is told as the settings gave it", async () => {
  await using place = await TrialPlace.open();
  const url = new URL(place.vertica.url);
  url.searchParams.set("statement_timeout", "5m");
  const result = await place.run(["doctor", "--trial", "--json"], {
    env: { FINPIPE_VERTICA_URL: url.href },
  });
  const found = reportOf(result).experiments.find(({ name }) => name === "limit-statement")!;
  assert.deepEqual([found.outcome, found.effect, found.seen], ["not", "stops", "300 seconds"]);
  assert.ok(namesOf(reportOf(result), "held").includes("runtimecap"));
  assert.equal(result.code, 4);
});

ownVerticaTest("what stops a command is exit 4; what hangs on it was not tried", async () => {
  await using place = await TrialPlace.open();
  place.own.engine.switches.mergeoutConflicts = 1000;
  const result = await place.trial("--json");
  assert.equal(result.code, 4);
  const report = reportOf(result);
  const found = report.experiments.find(({ name }) => name === "swap-empty-day")!;
  assert.deepEqual([found.outcome, found.effect], ["not", "stops"]);
  assert.match(found.seen!, /^swap-in: 55\w{3}/);
  assert.ok(namesOf(report, "not_tried").includes("swap-day"));
  assert.equal(report.exit_code, 4);
  assert.deepEqual(await place.scratch(), []);
});

ownVerticaTest("a lock that is refused in other words than known is told with them", async () => {
  await using place = await TrialPlace.open();
  const error = new VerticaError("XX000", 2000, "No lock today");
  place.own.server.faults.arm({ kind: "error", statement: /_held IN OWNER MODE/, error });
  const result = await place.trial("--json");
  const found = reportOf(result).experiments.find(({ name }) => name === "lock-share")!;
  assert.deepEqual([found.outcome, found.effect], ["not", "stops"]);
  assert.match(found.seen!, /^XX000.*No lock today$/);
  assert.equal(result.code, 4);
});

ownVerticaTest("a session that is lost ends its group alone", async () => {
  await using place = await TrialPlace.open();
  place.own.server.faults.arm({ kind: "cut before", statement: /_locks|_held IN SHARE MODE$/ });
  const result = await place.trial("--json");
  const report = reportOf(result);
  assert.equal(result.code, 4);
  assert.deepEqual(namesOf(report, "not_tried"), ["lock-share"]);
  assert.match(
    report.experiments.find(({ name }) => name === "lock-share")!.seen!,
    /^the session was lost/,
  );
  assert.deepEqual(await place.scratch(), []);
});

for (
  const statement of [
    /v_catalog.schemata/,
    /v_catalog.nodes/,
    /v_catalog.tables/,
    /SWAP_PARTITIONS/,
    /^COPY/,
    /^CREATE TABLE .*_numbers/,
    /SLEEP/,
  ]
) {
  ownVerticaTest(`Ctrl-C at ${statement.source} ends it, and no table stays`, async () => {
    await using place = await TrialPlace.open();
    const { faults } = place.own.server;
    faults.forget();
    // The server is slow: no answer comes.
    faults.arm({ kind: "stall", statement });
    const stop = new AbortController();
    const running = place.run(["doctor", "--trial"], { signal: stop.signal });
    await until(() =>
      faults.sessions.some(({ messages }) =>
        messages.some((sent) => statement.test(sent.statement))
      )
    );
    stop.abort();
    const { code, stderr } = await running;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Interrupted by SIGINT/);
    assert.deepEqual(await place.scratch(), [], stderr);
  });
}

ownVerticaTest(
  "what a killed run left is found and dropped by the next, not what another one holds",
  async () => {
    await using place = await TrialPlace.open();
    const { faults } = place.own.server;
    faults.arm({ kind: "stall", statement: /SWAP_PARTITIONS/ });
    const killed = spawnCli(["doctor", "--trial"], { env: place.env });
    await until(() =>
      faults.sessions.some(({ messages }) =>
        messages.some((sent) => /SWAP_PARTITIONS/.test(sent.statement))
      )
    );
    faults.clear();
    const running = await place.scratch();
    assert.ok(running.length > 0);
    // The other one is at work.
    assert.equal((await place.trial("--json")).code, 0);
    assert.deepEqual(await place.scratch(), running);
    killed.kill("SIGKILL");
    await killed.result;
    await until(async () => {
      const rows = await place.query(
        "SELECT session_id FROM v_monitor.sessions WHERE client_label LIKE 'finpipe:trial:%'",
      );
      return rows.length === 0;
    });
    assert.deepEqual(await place.scratch(), running);
    const { code, stderr } = await place.trial();
    assert.equal(code, 0);
    assert.match(stderr, /Dropped \d+ tables? that an earlier trial left/);
    assert.deepEqual(await place.scratch(), []);
  },
);

ownVerticaTest("after Ctrl-C tables go that a lost session holds locked", async () => {
  await using place = await TrialPlace.open();
  const stop = new AbortController();
  let isMarked = false;
  // The server takes the session for alive: nobody tells it.
  await using proxy = new TcpProxy(place.vertica.url, (bytes) => {
    const text = new TextDecoder().decode(bytes);
    if (text.includes("_marks VALUES")) isMarked = true;
    if (!isMarked || !text.includes("SWAP_PARTITIONS")) return "pass";
    stop.abort();
    return "lose";
  });
  const env = { FINPIPE_VERTICA_URL: proxy.url.replace(/\?.*/, "") };
  const { code, stderr } = await place.run(["doctor", "--trial"], { env, signal: stop.signal });
  assert.equal(code, 130, stderr);
  assert.deepEqual(await place.scratch(), [], stderr);
});
