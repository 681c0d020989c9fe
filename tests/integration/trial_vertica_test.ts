/** `doctor --trial` on a Vertica server: what it finds, what it leaves, and what of others it touches. */
import assert from "node:assert/strict";
import { GROUPS } from "../../lib/warehouse/trial/registry.ts";
import type { VerticaSession } from "../../lib/warehouse/vertica/connection/session.ts";
import { type CliResult, runCli, spawnCli } from "../support/cli/run_cli.ts";
import { TcpProxy } from "../support/network/tcp_proxy.ts";
import { until } from "../support/until.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import {
  openTestVertica,
  type OwnServer,
  ownVerticaTest,
  type TestVertica,
  verticaTest,
} from "../support/vertica/place.ts";

/** What is taken for granted of the test server that it does otherwise, as far as a page says so. */
const OTHERWISE: readonly string[] = [];

/** A server with finpipe's tables. */
class Place implements AsyncDisposable {
  readonly schemas;

  private constructor(readonly vertica: TestVertica, readonly session: VerticaSession) {
    this.schemas = vertica.newSchemas();
  }

  static async open(): Promise<Place> {
    const vertica = await openTestVertica();
    const place = new Place(vertica, await vertica.session());
    const { code, stderr } = await place.run(["init"]);
    assert.equal(code, 0, stderr);
    return place;
  }

  get own(): OwnServer {
    return this.vertica.own!;
  }

  get env(): Record<string, string> {
    return {
      FINPIPE_VERTICA_URL: this.vertica.url,
      FINPIPE_STAGING_SCHEMA: this.schemas.stagingSchema,
      FINPIPE_MART_SCHEMA: this.schemas.martSchema,
      FINPIPE_LOG_FORMAT: "text",
    };
  }

  run(args: string[], options: { env?: Record<string, string>; signal?: AbortSignal } = {}) {
    const { env = {}, signal } = options;
    return runCli([...args, "--retry-for", "0s"], {
      env: { ...this.env, ...env },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  trial(...more: string[]): Promise<CliResult> {
    return this.run(["doctor", "--trial", ...more]);
  }

  /** Tables of trials. */
  async scratch(): Promise<string[]> {
    const rows = await this.query(
      "SELECT table_schema, table_name FROM v_catalog.tables " +
        "WHERE table_name LIKE 'finpipe!_trial!_%' ESCAPE '!' ORDER BY table_name",
    );
    return rows.map(({ table_schema, table_name }) => `${table_schema}.${table_name}`);
  }

  query(sql: string) {
    return this.session.transaction(() => this.session.query(sql));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vertica.dropSchemas(this.session, this.schemas);
    await this.session.close();
    await this.vertica[Symbol.asyncDispose]();
  }
}

interface Report {
  finpipe: string;
  warehouse: Record<string, unknown>;
  experiments: {
    name: string;
    group: string;
    assumed: string;
    outcome: string;
    applies: boolean;
    seen: string | null;
    effect: string | null;
    otherwise: string;
    statements: string[];
  }[];
  totals: Record<string, number>;
  exit_code: number;
}

function reportOf({ stdout }: CliResult): Report {
  return JSON.parse(stdout);
}

function namesOf(report: Report, outcome: string): string[] {
  return report.experiments.filter((found) => found.outcome === outcome && found.applies)
    .map(({ name }) => name);
}

verticaTest("all that finpipe needs holds, it is said as JSON, and no table stays", async () => {
  await using place = await Place.open();
  const result = await place.trial("--json");
  assert.equal(result.code, 0, result.stderr);
  const report = reportOf(result);
  assert.deepEqual(Object.keys(report), [
    "finpipe",
    "warehouse",
    "experiments",
    "totals",
    "exit_code",
  ]);
  assert.equal(report.warehouse.engine, "vertica");
  assert.match(String(report.warehouse.version), /Vertica/);
  assert.ok(Number(report.warehouse.nodes) >= 1 && report.warehouse.nodes_up !== null);
  assert.ok(["Enterprise", "Eon"].includes(String(report.warehouse.mode)));
  const expected = GROUPS.flatMap(({ experiments }) => experiments.map(({ name }) => name));
  assert.deepEqual(report.experiments.map(({ name }) => name), expected);
  assert.deepEqual(namesOf(report, "not_tried"), []);
  for (const { statements, applies, otherwise } of report.experiments) {
    assert.ok(!applies || statements.length > 0);
    assert.notEqual(otherwise, "");
  }
  const { held, not, not_tried, does_not_apply } = report.totals;
  assert.equal(held! + not! + does_not_apply!, expected.length);
  assert.equal(not_tried, 0);
  assert.deepEqual(await place.scratch(), []);
});

ownVerticaTest("it names no user, database, host, schema or data", async () => {
  await using place = await Place.open();
  const { stagingSchema, martSchema } = place.schemas;
  for (
    const sql of ["CREATE USER ada_lovelace", `GRANT TEMP ON DATABASE finpipe TO ada_lovelace`]
  ) {
    await place.query(sql);
  }
  await place.query("GRANT USAGE ON SCHEMA public TO ada_lovelace");
  for (const schema of [stagingSchema, martSchema]) {
    await place.query(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ada_lovelace`);
  }
  const url = new URL(place.vertica.url);
  const env = { FINPIPE_VERTICA_URL: `vertica://ada_lovelace:x@${url.host}/finpipe` };
  // Errors that quote who holds what.
  const result = await place.run(["doctor", "--trial", "--json"], { env });
  assert.equal(result.code, 0, result.stdout.slice(0, 3000));
  for (const name of ["ada_lovelace", stagingSchema, martSchema, url.hostname, "v_finpipe"]) {
    assert.ok(!result.stdout.toLowerCase().includes(name.toLowerCase()), name);
  }
  assert.match(result.stdout, /X held by \[user <user>/);

  // And one who may not do it all is told what is missing, and that it was not tried.
  await place.query("REVOKE TEMP ON DATABASE finpipe FROM ada_lovelace");
  const lacking = await place.run(["doctor", "--trial"], { env });
  assert.equal(lacking.code, 4);
  assert.match(
    lacking.stdout,
    /^not +rights-described: .*\n +seen: not listed: TEMP on database\n/m,
  );
  assert.match(lacking.stdout, /^not tried +copy-quotes: .*\n +because: lines: 42501/m);
  assert.deepEqual(await place.scratch(), []);
});

ownVerticaTest(
  "it prints a table as it goes, and the statements of what does not hold",
  async () => {
    await using place = await Place.open();
    const { code, stdout, stderr } = await place.trial();
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^Vertica Analytic Database v\S+, 1 node, Enterprise Mode\n\nheld {7}rights-/,
    );
    assert.match(
      stdout,
      /^held {7}swap-empty-day: A swap into .*\n {11}if not: The first load .*\n {11}by hand \(swap, swap-in, target-in\): SELECT SWAP_PARTITIONS/m,
    );
    assert.match(
      stdout,
      /\n\n\d+ held, \d+ not.*, 0 not tried; 1 more about what.*\nAll that was run/,
    );
    const not = [...stdout.matchAll(/^not +(\S+):/gm)].map(([, name]) => name);
    assert.deepEqual(not.filter((name) => !OTHERWISE.includes(name!)), []);
  },
);

ownVerticaTest("it touches, reads and locks its own tables alone", async () => {
  await using place = await Place.open();
  const { faults } = place.own.server;
  faults.forget();
  await place.trial();
  const texts = faults.sessions.flatMap(({ messages }) => messages).map(({ statement }) =>
    statement
  )
    .filter((statement) => statement !== "");
  assert.ok(texts.length > 200, String(texts.length));
  const schema = new RegExp(`(?:${Object.values(place.schemas).join("|")})\\.(\\w+)`, "g");
  const keys = new Set<string>();
  for (const text of texts) {
    for (const [, table] of text.matchAll(schema)) {
      const key = /^finpipe_trial_([0-9a-f]{12})_\w+$/.exec(table!)?.[1];
      assert.ok(key, text);
      keys.add(key);
    }
  }
  assert.equal(keys.size, 1);
});

ownVerticaTest("what it can do without is told, and is exit 0", async () => {
  await using place = await Place.open();
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
  await using place = await Place.open();
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
  await using place = await Place.open();
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
  await using place = await Place.open();
  const error = new VerticaError("XX000", 2000, "No lock today");
  place.own.server.faults.arm({ kind: "error", statement: /_held IN OWNER MODE/, error });
  const result = await place.trial("--json");
  const found = reportOf(result).experiments.find(({ name }) => name === "lock-share")!;
  assert.deepEqual([found.outcome, found.effect], ["not", "stops"]);
  assert.match(found.seen!, /^XX000.*No lock today$/);
  assert.equal(result.code, 4);
});

ownVerticaTest("a session that is lost ends its group alone", async () => {
  await using place = await Place.open();
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
    await using place = await Place.open();
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
    await using place = await Place.open();
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
  await using place = await Place.open();
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

verticaTest("without the schemas, and without a server, it says so", async () => {
  await using place = await Place.open();
  const absent = await place.run(["doctor", "--trial"], {
    env: { FINPIPE_MART_SCHEMA: "absent_mart" },
  });
  assert.equal(absent.code, 3);
  assert.match(
    absent.stderr,
    /There is no schema absent_mart in the warehouse.*\n.*'finpipe init'/,
  );
  const away = await place.run(["doctor", "--trial", "--json"], {
    env: { FINPIPE_VERTICA_URL: "vertica://u:p@127.0.0.1:1/d" },
  });
  assert.deepEqual([away.code, away.stdout], [69, ""]);
  const usage = await place.run(["doctor", "--print-sql"]);
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /'finpipe doctor --trial --print-sql'/);
});
