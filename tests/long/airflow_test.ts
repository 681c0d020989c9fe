/**
 * A real Airflow parses the DAG of deploy/airflow. The soak (tests/soak/airflow.ts) has it run, by the
 * older Airflow too.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { Airflow, AIRFLOWS, DAGS } from "../support/airflow/airflow.ts";
import { runTool } from "../support/docs/deploy_tools.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";

const PARSE = fileURLToPath(new URL("../support/airflow/parse.py", import.meta.url));

/** Settings that are wrong, and how the import error of the DAG says so. */
const WRONG: [settings: string, problem: RegExp][] = [
  ['{"start": "2022-10-02"}', /unknown key 'start'\. The keys are start_date, end_date/],
  ['{"start_date": "2.10.2022"}', /no date in start_date: '2\.10\.2022'/],
  ['{"start_date": null}', /no date in start_date: None/],
  [
    '{"end_date": "2022-10-01"}',
    /end_date of the Airflow variable finpipe is before its start_date/,
  ],
  ['{"runs_in": "docker"}', /runs_in 'docker': it can be bash or kubernetes/],
  ['{"retry_delay_seconds": "5m"}', /retry_delay_seconds '5m': it is a number of seconds/],
  ["{", /Cannot read the Airflow variable finpipe: /],
  ["[]", /it is not a JSON object/],
];

const missing = await isOnPath("python3") ? undefined : "there is no python3";

Deno.test(skippable("Airflow reads the DAG as it is meant", missing, async (t) => {
  await using airflow = await Airflow.create(AIRFLOWS.at(-1)!);
  const out = join(airflow.home, "parsed.json");
  const { code, output } = await airflow.python([
    PARSE,
    join(DAGS, "finpipe.py"),
    out,
    "",
    '{"start_date": "2026-11-01", "end_date": null, "schedule": "30 2 * * *"}',
    '{"command": "/opt/finpipe", "work_dir": "/a b"}',
    '{"runs_in": "kubernetes", "image": "r/finpipe:9"}',
    ...WRONG.map(([settings]) => settings),
  ]);
  assert.equal(code, 0, output.slice(-4000));
  const [plain, nights, shell, cluster, ...wrong] = JSON.parse(await Deno.readTextFile(out));

  await t.step("the run dates of October 2022, each begun on its own date", () => {
    assert.equal(plain.dates.length, 31);
    assert.equal(plain.dates[0], "2022-10-02T01:00:00+00:00");
    assert.equal(plain.dates.at(-1), "2022-11-01T01:00:00+00:00");
    assert.equal(nights.dates.length, 40);
    assert.equal(nights.dates[39], "2026-12-10T02:30:00+00:00");
  });

  await t.step("one date after the other, and one retry", () => {
    assert.ok(shell.catchup);
    const each = {
      retries: 1,
      retry_delay: 300,
      depends_on_past: true,
      wait_for_downstream: true,
    };
    const command = (step: string, options = "") =>
      `/opt/finpipe backfill '{{ ds }}' --only ${step} --retries 0 --no-depends-on-past${options} ` +
      "--work-dir '/a b'";
    assert.deepEqual(shell.tasks, [
      { id: "dump", after: [], command: command("dump", " --require-complete"), ...each },
      { id: "load", after: ["dump"], command: command("load"), ...each },
      { id: "dwh", after: ["dump", "load"], command: command("dwh"), ...each },
      { id: "cdm", after: ["dump", "dwh", "load"], command: command("cdm"), ...each },
    ]);
  });

  await t.step("in Kubernetes: a pod for each step, and how its exit code ends the task", () => {
    for (const [index, step] of ["dump", "load", "dwh", "cdm"].entries()) {
      const { spec } = cluster.pods[index];
      const [{ image, args, envFrom, volumeMounts }] = spec.containers;
      assert.equal(image, "r/finpipe:9");
      assert.deepEqual(args.slice(0, 4), ["backfill", "{{ ds }}", "--only", step]);
      assert.deepEqual(envFrom, [{ configMapRef: { name: "finpipe" } }]);
      assert.deepEqual(volumeMounts.map(({ name }: { name: string }) => name), ["secrets", "work"]);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.equal(spec.securityContext.runAsUser, 65532);
    }
    const { usage, configuration, data } = EXIT_CODES;
    for (const [code, end] of Object.entries(cluster.ends)) {
      const atOnce = [usage, configuration, data].includes(Number(code) as 2);
      const failed = atOnce ? "AirflowFailException" : "AirflowException";
      assert.equal(end, code === "0" ? "success" : failed, code);
    }
  });

  const validator = await isOnPath("kubernetes-validate")
    ? undefined
    : "there is no kubernetes-validate: .ci/deploy-tools says how to get it";
  await t.step(skippable("in Kubernetes: the pods keep to the schema", validator, async () => {
    // The operator's classes drop keys that they do not know: they are in the template only.
    for (const [index, pod] of [cluster.template, ...cluster.pods].entries()) {
      const path = join(airflow.home, `pod-${index}.yaml`);
      // YAML has JSON in it.
      await Deno.writeTextFile(
        path,
        JSON.stringify({ ...pod, metadata: { name: "finpipe", ...pod.metadata } }),
      );
      const { success, output } = await runTool("kubernetes-validate", ["--strict", path]);
      assert.ok(success, output);
    }
  }));

  await t.step("settings that are wrong are named", () => {
    for (const [index, [settings, problem]] of WRONG.entries()) {
      assert.match(wrong[index].error ?? "", problem, settings);
    }
  });
}));
