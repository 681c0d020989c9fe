/** What the doctor makes of what it finds, with a world that is handed in. */
import assert from "node:assert/strict";
import type { Settings } from "../../lib/config/settings.ts";
import { exitCodeOf } from "../../lib/doctor/check.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import { withPatience } from "../../lib/doctor/patience.ts";
import { FinpipeError, Interrupted } from "../../lib/runtime/errors.ts";
import {
  closed,
  EMBEDDED,
  failure,
  NOW,
  outcomes,
  SERVER,
  server,
  setup,
  unreachable,
  VERTICA,
  withServer,
} from "../support/fakes/doctor_deps.ts";

Deno.test("all is well on the embedded engine", async () => {
  const checks = await examine(setup(EMBEDDED));
  assert.deepEqual(outcomes(checks), [
    "ok configuration",
    "ok work dir",
    "ok staging and warehouse",
  ]);
  assert.equal(exitCodeOf(checks), 0);
});

Deno.test("all is well on a server, which is closed; what is left out is said", async () => {
  const before = closed.count;
  const checks = await examine(setup(SERVER));
  assert.deepEqual(outcomes(checks), [
    "ok configuration",
    "ok work dir",
    "ok staging: connection",
    "ok staging: version",
    "ok staging: clock",
    "ok staging: settings",
    "ok staging: rights",
    "ok staging: schema",
    "skipped warehouse",
  ]);
  assert.equal(exitCodeOf(checks), 0);
  assert.equal(closed.count, before + 1);
});

Deno.test("brokers that no PostgreSQL stands beside are warned of, as stream would refuse", async () => {
  const facts = { topic: "payments", cluster: "Kafka at k:9092", partitions: 3 };
  const inspectTopic = () => Promise.resolve(facts);
  const refused = new FinpipeError("configuration", "It is not set", { hint: "Set it" });
  const refusing = { inspectTopic, readStreamSettings: () => Promise.reject(refused) };
  for (const settings of [EMBEDDED, { ...EMBEDDED, staging: undefined }]) {
    const checks = await examine(setup(settings, refusing));
    assert.deepEqual(checks.find(({ check }) => check === "stream"), {
      check: "stream",
      outcome: "warning",
      detail: "the topic cannot be landed: It is not set",
      hint: "Set it",
    });
    assert.equal(exitCodeOf(checks), 0);
  }
  const inWords = await examine(
    setup(EMBEDDED, { inspectTopic, readStreamSettings: () => Promise.resolve(EMBEDDED) }),
  );
  assert.ok(outcomes(inWords).includes("ok stream"));
  assert.ok(!outcomes(await examine(setup(SERVER, refusing))).some((one) => /stream/.test(one)));
});

Deno.test("Kafka is looked at where brokers are named; its failure keeps nothing from being looked at", async () => {
  const facts = { topic: "payments", cluster: "Kafka at k:9092", partitions: 3 };
  const well = await examine(setup(EMBEDDED, { inspectTopic: () => Promise.resolve(facts) }));
  assert.deepEqual(well[2], {
    check: "kafka",
    outcome: "ok",
    detail: "topic payments on Kafka at k:9092 has 3 partitions",
  });
  const checks = await examine(
    setup(SERVER, { inspectTopic: () => Promise.reject(unreachable()) }),
  );
  assert.equal(exitCodeOf(checks), 69);
  assert.equal(failure(checks).check, "kafka");
  assert.ok(outcomes(checks).includes("ok staging: schema"));
});

Deno.test("partitions that nobody reads any more are named, with the command", async () => {
  const facts = { topic: "payments", cluster: "Kafka at k:9092", partitions: 2 };
  const hoursAgo = (hours: number) =>
    NOW.toZonedDateTimeISO("UTC").toPlainDateTime().subtract({ hours });
  const look = async (parts: [topic: string, partition: number, hours: number][]) => {
    const known = parts.map(([topic, partition, hours]) => ({
      topic,
      partition,
      readAt: hoursAgo(hours),
    }));
    const checks = await examine(setup(SERVER, {
      inspectTopic: () => Promise.resolve(facts),
      inspectStaging: () =>
        Promise.resolve(server({}, { readPartitions: () => Promise.resolve(known) })),
    }));
    assert.equal(exitCodeOf(checks), 0);
    return checks.find(({ check }) => check === "staging: sources")!;
  };
  // A partition of the topic may have been idle for long: the topic has it.
  const well = await look([["payments", 0, 0], ["payments", 1, 999], ["refunds", 0, 23]]);
  assert.deepEqual([well.outcome, well.detail], ["ok", "every partition is read, or retired"]);
  const left = await look([
    ["old", 0, 25],
    ["old", 1, 30],
    ["payments", 0, 0],
    ["payments", 1, 0],
    ["payments", 2, 0],
    ["payments", 3, 99],
    ["refunds", 0, 99],
    ["refunds", 1, 1],
  ]);
  assert.deepEqual(left, {
    check: "staging: sources",
    outcome: "warning",
    detail:
      "nothing seems to read these partitions, and so days cannot be complete: payments:2 payments:3 old",
    hint:
      "If nothing will read them again, retire them: 'finpipe source retire payments:2 payments:3 old'",
  });
  // Where the topic was not asked about, nothing is known of it.
  const silent = await examine(
    setup(SERVER, { inspectTopic: () => Promise.reject(unreachable()) }),
  );
  assert.ok(!outcomes(silent).some((line) => line.endsWith("staging: sources")));
});

Deno.test("without settings nothing else is looked at", async () => {
  const error = new FinpipeError("configuration", "Cannot use it", { hint: "Mend it" });
  const checks = await examine(setup(EMBEDDED, { readSettings: () => Promise.reject(error) }));
  assert.deepEqual(checks, [{
    check: "configuration",
    outcome: "failed",
    detail: "Cannot use it",
    hint: "Mend it",
    exit_code: 3,
  }]);
});

Deno.test("the first failure gives the exit code, the other ends are looked at all the same", async () => {
  const mixed: Settings = {
    ...SERVER,
    warehouse: { kind: "embedded" },
    warehouseLeftOut: undefined,
  };
  const checks = await examine(setup(mixed, {
    inspectStaging: () => Promise.reject(unreachable()),
    tryEmbedded: () => Promise.reject(new FinpipeError("locked", "In use", { hint: "Wait" })),
  }));
  assert.deepEqual(outcomes(checks).slice(2), ["failed staging: connection", "failed warehouse"]);
  assert.equal(exitCodeOf(checks), 69);
});

Deno.test("an embedded engine whose folder cannot be written is not opened", async () => {
  const checks = await examine(setup(EMBEDDED, {
    lookAtWorkDir: () =>
      Promise.reject(new FinpipeError("configuration", "No right", { hint: "Mend" })),
    tryEmbedded: () => assert.fail(),
  }));
  assert.deepEqual(outcomes(checks), ["ok configuration", "failed work dir"]);
});

Deno.test("what is missing of the embedded warehouse is a warning that names it", async () => {
  const lost = "view finpipe_mart.v_transactions as finpipe makes it";
  const checks = await examine(setup(EMBEDDED, { tryEmbedded: () => Promise.resolve([lost]) }));
  assert.equal(outcomes(checks).at(-1), "warning staging and warehouse");
  assert.match(checks.at(-1)!.detail, new RegExp(`are missing:\n${lost}$`));
  assert.equal(exitCodeOf(checks), 0);
});

Deno.test("little space is a warning, hardly any a failure", async () => {
  const workDir = async (bytes: number) =>
    (await examine(setup(EMBEDDED, { freeBytes: () => Promise.resolve(bytes) })))[1]!;
  assert.equal((await workDir(1e9)).outcome, "ok");
  assert.equal((await workDir(1e9 - 1)).outcome, "warning");
  assert.equal((await workDir(1e8)).outcome, "warning");
  assert.deepEqual(
    [(await workDir(1e8 - 1)).outcome, (await workDir(1e8 - 1)).exit_code],
    ["failed", 1],
  );
});

Deno.test("a work dir that is not there yet is judged by what is above it, and not made", async () => {
  const [, check] = await examine(
    setup(EMBEDDED, { lookAtWorkDir: () => Promise.resolve("/above") }),
  );
  assert.deepEqual([check!.outcome, check!.detail], ["ok", "./work is not there yet, 5.0 GB free"]);
});

const VERSIONS: [major: number, outcome: string][] = [
  [13, "warning"],
  [14, "warning"],
  [15, "ok"],
  [18, "ok"],
  [19, "warning"],
];
for (const [major, outcome] of VERSIONS) {
  Deno.test(`PostgreSQL ${major}: ${outcome}`, async () => {
    const checks = await examine(withServer({ major, version: `${major}.1` }));
    const found = checks.find(({ check }) => check === "staging: version");
    assert.equal(found?.outcome, outcome);
    assert.equal(exitCodeOf(checks), 0);
  });
}

const CLOCKS: [seconds: number, failure: RegExp | undefined][] = [
  [60, undefined],
  [-60, undefined],
  [61, /clock is 61 s ahead of this machine's/],
  [-3600, /clock is 3600 s behind this machine's/],
];
for (const [seconds, pattern] of CLOCKS) {
  Deno.test(`a clock ${seconds} s from ours: ${pattern ?? "ok"}`, async () => {
    const checks = await examine(withServer({ clock: NOW.add({ seconds }) }));
    if (pattern === undefined) assert.equal(exitCodeOf(checks), 0);
    else assert.match(failure(checks).detail, pattern);
  });
}

Deno.test("a slow connection is not taken for a wrong clock", async () => {
  let at = NOW;
  const checks = await examine({
    ...withServer({ clock: NOW.add({ minutes: 5 }) }),
    now: () => {
      const now = at;
      at = at.add({ minutes: 10 });
      return now;
    },
  });
  assert.equal(exitCodeOf(checks), 0);
});

Deno.test("settings that are imposed are named; those in force, and a pooler by transaction, are told of", async () => {
  const settings = async (overruled: boolean, isPooled = false) => {
    const imposed = { name: "lock_timeout", value: "1000ms", origin: "the database", overruled };
    const checks = await examine(withServer({}, {
      imposedSettings: () => Promise.resolve([imposed]),
      isPooledByTransaction: () => Promise.resolve(isPooled),
    }));
    return checks.find(({ check }) => check === "staging: settings")!;
  };
  const overruled = await settings(true);
  assert.equal(overruled.outcome, "ok");
  assert.equal(
    overruled.detail,
    "finpipe overrides lock_timeout = 1000ms of the database",
  );
  assert.equal((await settings(false)).outcome, "warning");
  const pooled = await settings(true, true);
  assert.deepEqual([pooled.outcome, pooled.exit_code], ["failed", 3]);
});

Deno.test("missing rights, a read-only server and an old schema are configuration failures", async () => {
  const rights = () =>
    Promise.resolve([
      { right: "INSERT, SELECT on stg.t", grant: "GRANT INSERT, SELECT ON stg.t TO ada" },
      { right: "USAGE on schema finpipe", grant: "GRANT USAGE ON SCHEMA finpipe TO ada" },
    ]);
  const missing = await examine(withServer({}, { missingRights: rights }));
  assert.equal(
    failure(missing).detail,
    'The role "ada" lacks INSERT, SELECT on stg.t; USAGE on schema finpipe',
  );
  assert.match(
    failure(missing).hint!,
    / run: GRANT INSERT, SELECT ON stg.t TO ada; GRANT USAGE ON SCHEMA finpipe TO ada;$/,
  );
  assert.match(failure(await examine(withServer({ readOnly: true }))).detail, /read-only/);
  const error = new FinpipeError("configuration", "It is missing", { hint: "Run 'finpipe init'" });
  const schema = await examine(withServer({}, { checkSchema: () => Promise.reject(error) }));
  assert.equal(failure(schema).check, "staging: schema");
  for (const checks of [missing, schema]) assert.equal(exitCodeOf(checks), 3);
});

Deno.test("an interruption is no finding", async () => {
  const interrupted = new Interrupted("SIGINT");
  const deps = setup(SERVER, { inspectStaging: () => Promise.reject(interrupted) });
  await assert.rejects(examine(deps), (error) => error === interrupted);
});

Deno.test("servers are looked at at once, each check is told as it ends, the list has its order", async () => {
  const asked: string[] = [];
  const [kafka, staging, warehouse] = [1, 2, 3].map(() => Promise.withResolvers<never>());
  const allAsked = Promise.withResolvers<void>();
  const ask = (name: string, answer: Promise<never>) => () => {
    if (asked.push(name) === 3) allAsked.resolve();
    return answer;
  };
  const told: string[] = [];
  const ended = {
    warehouse: Promise.withResolvers<void>(),
    staging: Promise.withResolvers<void>(),
  };
  const deps = setup({ ...VERTICA, retryFor: 60_000 }, {
    inspectTopic: ask("kafka", kafka!.promise),
    inspectStaging: ask("staging", staging!.promise),
    inspectWarehouse: ask("warehouse", warehouse!.promise),
  });
  const examined = examine(deps, {
    begin() {},
    end({ check }) {
      told.push(check);
      if (check === "warehouse: connection") ended.warehouse.resolve();
      if (check === "staging: connection") ended.staging.resolve();
    },
  });
  await allAsked.promise;
  warehouse!.reject(unreachable());
  await ended.warehouse.promise;
  staging!.reject(unreachable());
  await ended.staging.promise;
  kafka!.reject(unreachable());
  const checks = await examined;
  const ends = ["warehouse: connection", "staging: connection", "kafka"];
  assert.deepEqual(told, ["configuration", "work dir", ...ends]);
  assert.deepEqual(checks.map(({ check }) => check), [
    "configuration",
    "work dir",
    ...ends.toReversed(),
  ]);
});

Deno.test("variables that finpipe does not know are a warning that says what was meant", async () => {
  const unknownVariables = [
    { name: "FINPIPE_PGURL", near: "FINPIPE_PG_URL" },
    { name: "FINPIPE_X", near: null },
  ];
  const [check, ...rest] = await examine(setup(EMBEDDED, { unknownVariables }));
  assert.deepEqual([check!.check, check!.outcome], ["variables", "warning"]);
  assert.equal(
    check!.detail,
    "finpipe does not know FINPIPE_PGURL: did you mean FINPIPE_PG_URL?\nfinpipe does not know FINPIPE_X",
  );
  assert.equal(exitCodeOf([check!, ...rest]), 0);
});

Deno.test("a server that takes connections and never answers is given up", async () => {
  const never = new Promise<never>(() => {});
  const given = await withPatience(never, "Kafka at k:9092", 0, 1).catch((error) => error);
  assert.ok(given instanceof FinpipeError);
  assert.equal(given.exitCode, 69);
  assert.match(given.message, /^Cannot reach Kafka at k:9092: no answer for/);
  assert.equal(await withPatience(Promise.resolve(7), "Kafka", 0, 60_000), 7);
});

Deno.test("who is told of failures is checked where one is set, and not asked", async () => {
  const told = await examine(
    setup(EMBEDDED, { noticeHost: () => Promise.resolve("hooks.example") }),
  );
  assert.deepEqual(
    told.find(({ check }) => check === "notices"),
    {
      check: "notices",
      outcome: "ok",
      detail: "failures are told to hooks.example, which was not asked",
    },
  );
  const wrong = new FinpipeError("configuration", "It is no URL", { hint: "Write it" });
  const checks = await examine(setup(EMBEDDED, { noticeHost: () => Promise.reject(wrong) }));
  assert.ok(outcomes(checks).includes("failed notices"));
  assert.equal(exitCodeOf(checks), 3);
});
