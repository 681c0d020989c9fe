/**
 * The files of deploy/ say what is so: alerts and dashboard use metrics that are exposed, manifests
 * keep to their schemas, and all name options and variables that finpipe has.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import streamDashboard from "../../deploy/grafana/finpipe.json" with { type: "json" };
import nightDashboard from "../../deploy/grafana/finpipe-night.json" with { type: "json" };
import { NIGHT_METRICS, NightMetrics } from "../../lib/backfill/night_metrics.ts";
import { streamCallOf } from "../../commands/stream_call.ts";
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { STEPS } from "../../lib/steps/registry.ts";
import { REASONS } from "../../lib/events/message.ts";
import { WINDOW_CAPACITY } from "../../lib/events/dedup_window.ts";
import { StreamMetrics } from "../../lib/runtime/metrics.ts";
import type { Totals } from "../../lib/status/status.ts";
import { STEP_STATES } from "../../lib/status/step_status.ts";
import { CaughtOutput } from "../support/output.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";
import { withDefaults } from "../support/docs/documents.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEPLOY = join(ROOT, "deploy");
const ALERTS = "prometheus/alerts.yaml";
const STREAM = "deploy/kubernetes/components/stream/deployment.yaml";
const CRON_JOB = "deploy/kubernetes/components/night/cron-job.yaml";
const UNITS = [
  "finpipe-stream.service",
  "finpipe-health.service",
  "finpipe-health.timer",
  "finpipe-night.service",
  "finpipe-night.timer",
];
/** What is set in pods of Kubernetes. */
const SETTINGS = ["base", ...["stream", "warehouse", "night"].map((name) => `components/${name}`)]
  .map((folder) => `deploy/kubernetes/${folder}/settings.env`);
/** The files that start finpipe, or set what it reads. */
const STARTERS = [
  "compose.yaml",
  "deploy/kubernetes/components/init/job.yaml",
  STREAM,
  CRON_JOB,
  ...SETTINGS,
  "deploy/airflow/finpipe.py",
  ...UNITS.filter((name) => name.endsWith(".service")).map((name) => `deploy/systemd/${name}`),
  "deploy/Dockerfile",
];

const SCRIPTS = [
  "commands/completion/finpipe.bash",
  "finpipe",
  ".ci/run",
  ".ci/deploy-tools",
  ".ci/sql-tools",
  "tools/build/offline.sh",
  "tools/release/install.sh",
  "tools/release/image.sh",
  "deploy/superset/import.sh",
];

function read(path: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, path));
}

/** The series that /metrics has, each with the names of its labels. */
async function exposedSeries(): Promise<Map<string, Set<string>>> {
  const at = Temporal.Instant.fromEpochMilliseconds(1);
  const partition = {
    topic: "t",
    partition: 0,
    windowVersions: 1,
    lag: 1,
    retentionLeft: 1,
    heldBack: 1,
    blocked: { seconds: 1, waitsFor: "lock", holder: "psql" },
  };
  const metrics = new StreamMetrics(
    REASONS,
    () => [{ ...partition, lastCommit: at }],
    () => ({ kafkaUp: true, lagKnownAt: at }),
  );
  const rejected = new Map([["bad_value", 1]]);
  metrics.count({ transactions: 1, currencies: 1, duplicates: 1, rejected, seconds: 1 });
  const series = new Map<string, Set<string>>();
  for (const [, name, labels] of (await metrics.text()).matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const names = series.get(name!) ?? new Set();
    for (const [, label] of (labels ?? "").matchAll(/(\w+)="/g)) names.add(label!);
    series.set(name!, names);
  }
  return series;
}

/** Labels that Prometheus adds to whatever it scrapes. */
const TARGET_LABELS = ["job", "instance"];

/** Asserts that a query uses series that are there, and labels that one of them has. */
function assertExposed(expr: string, series: Map<string, Set<string>>): void {
  const used = [...expr.matchAll(/\b(?:finpipe|kube)_\w+/g)].map(([name]) => name);
  const labels = new Set(TARGET_LABELS);
  for (const name of used) {
    const own = series.get(name);
    assert.ok(own !== undefined, `${name} is not exposed: ${expr}`);
    for (const label of own) labels.add(label);
  }
  const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) =>
    list!.split(", ")
  );
  const matched = [...expr.matchAll(/(\w+)(?:=|=~|!=|!~)"/g)].map(([, label]) => label!);
  for (const label of [...grouped, ...matched]) {
    assert.ok(labels.has(label), `${label} is no label of ${used.join(", ")}: ${expr}`);
  }
}

/** Series of kube-state-metrics. */
const CRON_JOB_SERIES = ["created", "status_last_successful_time"]
  .map((name) => [`kube_cronjob_${name}`, new Set(["namespace", "cronjob"])] as const);

/** The queries of the alerts, each on one line. */
async function alertQueries(): Promise<string[]> {
  const text = await Deno.readTextFile(join(DEPLOY, ALERTS));
  const folded = text.matchAll(/^ +expr: >-\n((?: {10}.*\n)+)|^ +expr: (.*)\n/gm);
  return [...folded].map(([, block, line]) => (block ?? line)!.trim().replaceAll(/\n\s+/g, " "));
}

/** Each dashboard, and the series that it is for. */
const DASHBOARDS = [
  { name: "stream", dashboard: streamDashboard, exposed: exposedSeries },
  {
    name: "night",
    dashboard: nightDashboard,
    exposed: () => Promise.resolve(new Map(nightSeries())),
  },
];

/** What its panels ask. */
function queriesOf({ panels }: { panels: { targets: { expr: string }[] }[] }): string[] {
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

const panelQueries = DASHBOARDS.flatMap(({ dashboard }) => queriesOf(dashboard));

/** A query as Prometheus reads it: without what Grafana fills in. */
function filled(expr: string): string {
  return expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$\w+/g, ".*");
}

/** The series that the file of a backfill has, likewise. */
function nightSeries(): [name: string, labels: Set<string>][] {
  const labels: Record<string, string> = {
    finpipe_backfill_dates: "result",
    finpipe_backfill_rows: "step",
    finpipe_backfill_step_seconds: "step",
    finpipe_steps: "state",
  };
  return Object.keys(NIGHT_METRICS).map((
    name,
  ) => [name, new Set(labels[name] === undefined ? [] : [labels[name]])]);
}

Deno.test("alerts use series and labels that a stream, a night or a CronJob has", async () => {
  const queries = await alertQueries();
  const alerts = (await Deno.readTextFile(join(DEPLOY, ALERTS))).match(/- alert:/g) ?? [];
  assert.equal(queries.length, alerts.length);
  const series = new Map([...await exposedSeries(), ...nightSeries(), ...CRON_JOB_SERIES]);
  for (const query of queries) assertExposed(query, series);
});

for (const { name, dashboard, exposed } of DASHBOARDS) {
  Deno.test(`the dashboard of the ${name} uses series and labels that there are, and shows all of them`, async () => {
    const series = await exposed();
    const queries = queriesOf(dashboard);
    for (const query of queries) assertExposed(query, series);
    for (const name of series.keys()) {
      const base = name.replace(/_(bucket|sum|count)$/, "");
      assert.ok(queries.some((query) => query.includes(base)), `no panel shows ${base}`);
    }
    for (const variable of dashboard.templating.list) {
      if (typeof variable.query !== "object") continue;
      const [, name, label] = /^label_values\((\w+), (\w+)\)$/.exec(variable.query.query) ?? [];
      assert.ok([...TARGET_LABELS, ...series.get(name!)!].includes(label!), variable.name);
    }
  });

  Deno.test(`panels of the dashboard of the ${name} have ids of their own and do not overlap`, () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + i % w}:${y + Math.floor(i / w)}`)
    );
    assert.equal(new Set(cells).size, cells.length);
  });
}

Deno.test("a query of what is not exposed is found", async () => {
  const series = await exposedSeries();
  assert.throws(() => assertExposed("finpipe_lag", series), /finpipe_lag is not exposed/);
  const query = 'sum by (partition) (finpipe_batches_total{job="finpipe"})';
  assert.throws(() => assertExposed(query, series), /partition is no label of/);
});

Deno.test("alerts fit the code: the window's capacity, and a chapter for each runbook", async () => {
  const alerts = await Deno.readTextFile(join(DEPLOY, ALERTS));
  const [, full] = /finpipe_window_versions > (\d+)/.exec(alerts)!;
  assert.ok(Number(full) < WINDOW_CAPACITY && Number(full) > 0.9 * WINDOW_CAPACITY);
  const chapters = [...(await read("docs/operations.md")).matchAll(/^#+ (.*)$/gm)]
    .map(([, title]) => title!.toLowerCase().replaceAll(/[^\w\s-]/g, "").replaceAll(" ", "-"));
  for (const [, path, anchor] of alerts.matchAll(/runbook: (\S+)#(\S+)/g)) {
    assert.equal(path, "docs/operations.md");
    assert.ok(chapters.includes(anchor!), `docs/operations.md has no chapter ${anchor}`);
  }
});

await toolTest(
  "promtool: rules of the alerts are right, and fire when they should",
  "promtool",
  async () => {
    const cwd = join(DEPLOY, "prometheus");
    const checked = await runTool("promtool", ["check", "rules", "alerts.yaml"], { cwd });
    assert.ok(checked.success, checked.output);
    const tests = ["alerts_test.yaml", "alerts_days_test.yaml"];
    const tested = await runTool("promtool", ["test", "rules", ...tests], { cwd });
    assert.ok(tested.success, tested.output);
    const config = await runTool("promtool", ["check", "config", "prometheus.yaml"], { cwd });
    assert.ok(config.success, config.output);
  },
);

await toolTest(
  "promtool: the file of a night is what a collector reads, and keeps to the conventions",
  "promtool",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "finpipe.prom");
      const now = () => Temporal.Instant.from("2022-10-02T03:00:00Z");
      const metrics = await NightMetrics.open(path, { stdout: new CaughtOutput(), now });
      await metrics.begin();
      const totals = Object.fromEntries(STEP_STATES.map((state) => [state, 1])) as Totals;
      const newest = Temporal.PlainDate.from("2022-10-01");
      await metrics.end(0, { stale: [], newest, totals });
      const stdin = await Deno.readTextFile(path);
      const { success, output } = await runTool("promtool", ["check", "metrics"], { stdin });
      assert.ok(success, output);
      assert.equal(output, "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

await toolTest("promtool: queries of the dashboard are right", "promtool", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rules = panelQueries.map((query, index) => ({
      record: `panel_${index}`,
      expr: filled(query),
    }));
    const file = join(folder, "rules.json");
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    const { success, output } = await runTool("promtool", ["check", "rules", file]);
    assert.ok(success, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

await toolTest("hadolint: the Dockerfile has nothing to mend", "hadolint", async () => {
  const { success, output } = await runTool("hadolint", [join(DEPLOY, "Dockerfile")]);
  assert.ok(success, output);
});

await toolTest("shellcheck: scripts have nothing to mend", "shellcheck", async () => {
  const { success, output } = await runTool("shellcheck", SCRIPTS, { cwd: ROOT });
  assert.ok(success, output);
});

await toolTest(
  "compose-check: compose.yaml keeps to the specification",
  "compose-check",
  async () => {
    const stdin = withDefaults(await read("compose.yaml"));
    const { success, output } = await runTool("compose-check", [], { stdin });
    assert.ok(success, output);
    const mistyped = stdin.replace("healthcheck:", "healthchek:");
    assert.ok(!(await runTool("compose-check", [], { stdin: mistyped })).success);
  },
);

Deno.test("each service of compose.yaml has a limit of memory, and what it mounts is there", async () => {
  const text = await read("compose.yaml");
  const services = text.slice(text.indexOf("\nservices:\n"), text.indexOf("\nvolumes:\n"));
  const parts = services.split(/^(?= {2}[a-z-]+:$)/m).slice(1);
  assert.ok(parts.length >= 12);
  for (const part of parts) assert.match(part, /^ {4}(mem_limit: \d+[mg]|<<: \*finpipe)$/m, part);
  for (const [, path] of services.matchAll(/- \.\/(deploy\/[^:]*):/g)) {
    await Deno.stat(join(ROOT, path!));
  }
});

await toolTest("systemd-analyze: the units are right", "systemd-analyze", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const paths = UNITS.map((name) => join(folder, name));
    for (const [index, name] of UNITS.entries()) {
      // The program that they start is not installed here.
      const unit = (await read(`deploy/systemd/${name}`))
        .replaceAll("/usr/local/bin/finpipe", "/bin/true");
      await Deno.writeTextFile(paths[index]!, unit);
    }
    const { success, output } = await runTool("systemd-analyze", ["verify", ...paths]);
    assert.ok(success, output);
    assert.equal(output, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a unit that limits system calls leaves V8 its own, and kills nobody", async () => {
  // Seen under a seccomp filter of @system-service alone: V8 calls pkey_alloc, and is killed (SIGSYS).
  for (const name of ["stream", "night"]) {
    const unit = await read(`deploy/systemd/finpipe-${name}.service`);
    assert.match(unit, /^SystemCallFilter=@system-service @pkey$/m, name);
    assert.match(unit, /^SystemCallErrorNumber=EPERM$/m, name);
  }
});

Deno.test("each secret of a unit is a credential, as its user cannot read /etc/finpipe", async () => {
  for (const name of UNITS.filter((name) => name.endsWith(".service"))) {
    const unit = await read(`deploy/systemd/${name}`);
    const loaded = [...unit.matchAll(/^#?LoadCredential=(\w+):/gm)].map(([, key]) => key!);
    const files = [...unit.matchAll(/^#?Environment=FINPIPE_\w+_FILE=(.*)$/gm)];
    assert.deepEqual(files.map(([, file]) => file), loaded.map((key) => `%d/${key}`), name);
  }
});

Deno.test("a night that fails again and again comes to its end, before the next night", async () => {
  const unit = await read("deploy/systemd/finpipe-night.service");
  const [, hours] = /^StartLimitIntervalSec=(\d+)h$/m.exec(unit)!;
  const [, tries] = /^StartLimitBurst=(\d+)$/m.exec(unit)!;
  const [, minutes] = /^RestartSec=(\d+)min$/m.exec(unit)!;
  // systemd forgets its count when the interval is over: all tries fit in, and take up to ten minutes each.
  assert.ok(Number(tries) * (Number(minutes) + 10) <= Number(hours) * 60);
  assert.ok(Number(hours) < 24);
});

Deno.test("units give the offline file a folder to unpack in, one for each user", async () => {
  for (const name of UNITS.filter((name) => name.endsWith(".service"))) {
    const unit = await read(`deploy/systemd/${name}`);
    const [, folder] = /^CacheDirectory=(\S+)$/m.exec(unit)!;
    assert.match(unit, new RegExp(`^Environment=XDG_CACHE_HOME=%C/${folder}$`, "m"), name);
    assert.equal(folder === "finpipe", /^User=finpipe$/m.test(unit), name);
  }
});

await toolTest("python3: the DAG of Airflow compiles, without a warning", "python3", async () => {
  // tests/long/airflow_test.ts has an Airflow parse it, and the soak has it run.
  const compile = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
  const dag = join(DEPLOY, "airflow", "finpipe.py");
  const { success, output } = await runTool("python3", ["-W", "error", "-c", compile, dag]);
  assert.ok(success, output);
});

Deno.test("the steps of the DAG are those of a backfill, with options that it takes", async () => {
  const dag = await read("deploy/airflow/finpipe.py");
  const [, table] = /^STEPS = \{\n([^]*?)^\}/m.exec(dag)!;
  const steps = [...table!.matchAll(/^ +"(\w+)": \[(.*)\],$/gm)];
  assert.deepEqual(steps.map(([, name]) => name), STEPS.map(({ name }) => name));
  const [, fixed] = /^ +arguments = \[(.*)\]$/m.exec(dag)!;
  for (const [, name, options] of steps) {
    const words = [...`${fixed}, ${options}`.matchAll(/"([^"]*)"|RUN_DATE|step/g)];
    const values: Record<string, string> = { RUN_DATE: "2022-10-02", step: name! };
    const call = words.map(([word, text]) => text ?? values[word]!);
    assert.equal(call[0], "backfill");
    const { code, stderr } = await runCli([...call, "--work-dir", "w", "--no-such-option"]);
    assert.equal(code, 2);
    assert.match(stderr, /--no-such-option/, call.join(" "));
  }
});

Deno.test("who runs the nights fails at once after the same exit codes, and retries after the others", async () => {
  const { usage, configuration, data, ...others } = EXIT_CODES;
  const atOnce = [usage, configuration, data];
  const [, dag] = /^FAILS_AT_ONCE = \[(.*)\]$/m.exec(await read("deploy/airflow/finpipe.py"))!;
  assert.deepEqual(dag!.split(", ").map(Number), atOnce);
  const nightly = await read(CRON_JOB);
  const codesOf = (action: string) => {
    const rule = new RegExp(`action: ${action}\\n[^]*?values: \\[(.*)\\]`).exec(nightly);
    return rule![1]!.split(", ").map(Number);
  };
  assert.deepEqual(codesOf("FailJob"), atOnce);
  const [, units] = /^RestartPreventExitStatus=(.*)$/m.exec(
    await read("deploy/systemd/finpipe-night.service"),
  )!;
  assert.deepEqual(units!.split(" ").map(Number), atOnce);
  const counted = codesOf("Count");
  assert.ok(counted.every((code) => Object.values(others).includes(code as 1)));
  // Kubernetes refuses a policy whose pods restart by themselves, and ignores one of another container.
  assert.match(nightly, /restartPolicy: Never/);
  const [, container] = /containers:\n +- name: (\w+)/.exec(nightly)!;
  for (const [, named] of nightly.matchAll(/containerName: (\w+)/g)) {
    assert.equal(named, container);
  }
  assert.match(nightly, /concurrencyPolicy: Forbid/);
});

/** The arguments of each finpipe that a file starts. */
function callsOf(text: string): string[][] {
  const lists = [...text.matchAll(/^\s+(?:command|args): (\[\s*"[^\]]*\])$/gm)]
    .map(([, list]) => JSON.parse(list!.replace(/,\s*\]$/, "]")) as string[]);
  const checks = [...text.matchAll(/^\s+test: \["CMD", "\/usr\/local\/bin\/finpipe", (.*)\]$/gm)]
    .map(([, list]) => JSON.parse(`[${list}]`) as string[]);
  const lines = [...text.matchAll(/^ExecStart=.*\/finpipe ([^;\n]*)/gm)]
    .map(([, line]) => line!.split(" "));
  return [...lists, ...checks, ...lines];
}

Deno.test("what containers and units start is a command that finpipe takes", async () => {
  const calls = (await Promise.all(STARTERS.map(read))).flatMap(callsOf);
  assert.ok(calls.length >= 11, `found ${calls.length}`);
  for (const call of calls.filter(([first]) => !first!.startsWith("-"))) {
    // Had it an option that is unknown, that one would be named first.
    const { code, stderr } = await runCli([...call, "--no-such-option"]);
    assert.equal(code, 2);
    assert.match(stderr, /--no-such-option/, call.join(" "));
  }
});

Deno.test("a stream is given longer to stop than its --grace, wherever it runs", async () => {
  const { source } = streamCallOf({ source: "kafka" }, true);
  assert.ok(source.kind === "kafka");
  const texts = new Map(
    await Promise.all(STARTERS.map(async (path) => [path, await read(path)] as const)),
  );
  const limits = [
    /stop_grace_period: (\d+)s/.exec(texts.get("compose.yaml")!),
    /terminationGracePeriodSeconds: (\d+)/.exec(texts.get(STREAM)!),
    /TimeoutStopSec=(\d+)s/.exec(texts.get("deploy/systemd/finpipe-stream.service")!),
  ].map((match) => Number(match?.[1]));
  for (const limit of limits) assert.ok(limit * 1000 >= source.grace + 10_000, `${limit} s`);
  for (const [path, text] of texts) {
    for (const [, grace] of text.matchAll(/--grace[" ,]+(\d+)s/g)) {
      assert.equal(Number(grace) * 1000, source.grace, path);
    }
  }
});

Deno.test("variables that containers and units set are read, and images have finpipe's version", async () => {
  const folder = join(ROOT, "lib/config");
  const known = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    for (
      const [variable] of (await Deno.readTextFile(join(folder, name))).matchAll(/FINPIPE_\w+/g)
    ) {
      known.add(variable);
    }
  }
  for (const path of STARTERS) {
    const text = await read(path);
    for (const [variable] of text.matchAll(/\bFINPIPE_[A-Z_]+\b/g)) {
      assert.ok(known.has(variable.replace(/_FILE$/, "")), `${path} sets ${variable}`);
    }
    for (const [, version] of text.matchAll(/\bfinpipe:(\d[\w.]*)/g)) {
      assert.equal(version, config.version, path);
    }
  }
});

Deno.test("Metabase is set up by the Deno that finpipe is built with", async () => {
  const [, built] = /^FROM \S+ (denoland\/deno:\S+) AS build$/m.exec(
    await read("deploy/Dockerfile"),
  )!;
  const service = (await read("compose.yaml")).split(/^ {2}(?=\S)/m)
    .find((text) => text.startsWith("metabase-setup:"))!;
  assert.match(service, new RegExp(`^ {4}image: ${built!.replaceAll(".", "\\.")}$`, "m"));
  // Its variables are those that are read there.
  const settings = await read("deploy/metabase/settings.ts");
  const variables = [...service.matchAll(/^ {6}(METABASE_\w+?)(?:_FILE)?:/gm)];
  assert.ok(variables.length >= 4);
  for (const [, name] of variables) assert.ok(settings.includes(`"${name}"`), name!);
  // Those that the document names are read, and no others.
  const named = (await read("docs/looking.md")).matchAll(/\b(METABASE_[A-Z_]*[A-Z])\b/g);
  const bare = new Set([...named].map(([, name]) => name!.replace(/_FILE$/, "")));
  const known = new Set([...settings.matchAll(/"(METABASE_\w+)"/g)].map(([, name]) => name!));
  assert.deepEqual([...bare].sort(), [...known].sort());
});
