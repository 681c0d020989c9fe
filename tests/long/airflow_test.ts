/**
 * A real Airflow parses the DAG of deploy/airflow. The soak (tests/soak/airflow.ts) has it run, by the
 * older Airflow too.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { Airflow, AIRFLOWS, DAGS } from "../support/airflow/airflow.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";

const PARSE = fileURLToPath(new URL("../support/airflow/parse.py", import.meta.url));
const MANIFEST = fileURLToPath(new URL("../../deploy/kubernetes/nightly.yaml", import.meta.url));

const missing = await isOnPath("python3") ? undefined : "there is no python3";

Deno.test(skippable("Airflow reads the DAG as it is meant", missing, async (t) => {
  await using airflow = await Airflow.create(AIRFLOWS.at(-1)!);
  const out = join(airflow.home, "parsed.json");
  const parse = (settings: unknown) =>
    airflow.python([PARSE, join(DAGS, "finpipe.py"), out, MANIFEST], {
      AIRFLOW_VAR_FINPIPE: typeof settings === "string" ? settings : JSON.stringify(settings),
    });
  const parsed = async (settings: unknown) => {
    const { code, output } = await parse(settings);
    assert.equal(code, 0, output.slice(-4000));
    return JSON.parse(await Deno.readTextFile(out));
  };

  await t.step("the run dates of October 2022, each begun on its own date", async () => {
    const { dates } = await parsed("");
    assert.equal(dates.length, 31);
    assert.equal(dates[0], "2022-10-02T01:00:00+00:00");
    assert.equal(dates.at(-1), "2022-11-01T01:00:00+00:00");
    const nights = await parsed({
      start_date: "2026-11-01",
      end_date: null,
      schedule: "30 2 * * *",
    });
    assert.equal(nights.dates.length, 40);
    assert.equal(nights.dates[39], "2026-12-10T02:30:00+00:00");
  });

  await t.step("a date after the other, and one retry", async () => {
    const { tasks, catchup } = await parsed({ command: "/opt/finpipe", work_dir: "/a b" });
    assert.ok(catchup);
    const one = {
      retries: 1,
      retry_delay: 300,
      depends_on_past: true,
      wait_for_downstream: true,
    };
    const command = (step: string, options = "") =>
      `/opt/finpipe backfill '{{ ds }}' --only ${step} --retries 0 --no-depends-on-past${options} ` +
      "--work-dir '/a b'";
    assert.deepEqual(tasks, [
      { id: "dump", after: [], command: command("dump", " --require-complete"), ...one },
      { id: "load", after: ["dump"], command: command("load"), ...one },
      { id: "cdm", after: ["dump", "load"], command: command("cdm"), ...one },
    ]);
  });

  await t.step(
    "in Kubernetes: the pods of the CronJob, and how their exit codes end a task",
    async () => {
      const { pods, manifest, ends } = await parsed({
        runs_in: "kubernetes",
        image: "r/finpipe:9",
      });
      const [{ spec }] = pods;
      const [container] = spec.containers;
      assert.equal(container.image, "r/finpipe:9");
      assert.deepEqual(container.args.slice(0, 4), ["backfill", "{{ ds }}", "--only", "dump"]);
      const [wanted] = manifest.containers;
      for (const key of ["envFrom", "securityContext", "resources", "volumeMounts"]) {
        assert.deepEqual(sorted(container[key]), sorted(wanted[key]), key);
      }
      for (
        const key of ["securityContext", "volumes", "restartPolicy", "automountServiceAccountToken"]
      ) {
        assert.deepEqual(spec[key], manifest[key], key);
      }
      const { usage, configuration, data } = EXIT_CODES;
      for (const [code, end] of Object.entries(ends)) {
        const atOnce = [usage, configuration, data].includes(Number(code) as 2);
        const expected = code === "0"
          ? "success"
          : atOnce
          ? "AirflowFailException"
          : "AirflowException";
        assert.equal(end, expected, code);
      }
    },
  );

  await t.step("settings that are wrong are named", async () => {
    const cases: [unknown, RegExp][] = [
      [{ start: "2022-10-02" }, /unknown key 'start'\. The keys are start_date, end_date/],
      [{ start_date: "2.10.2022" }, /no date in start_date: '2\.10\.2022'/],
      [{ start_date: null }, /no date in start_date: None/],
      [
        { end_date: "2022-10-01" },
        /end_date of the Airflow variable finpipe is before its start_date/,
      ],
      [{ runs_in: "docker" }, /runs_in 'docker': it can be bash or kubernetes/],
      [{ retry_delay_seconds: "5m" }, /retry_delay_seconds '5m': it is a number of seconds/],
      ["{", /Cannot read the Airflow variable finpipe: /],
      ["[]", /it is not a JSON object/],
    ];
    for (const [settings, problem] of cases) {
      const { code, output } = await parse(settings);
      assert.equal(code, 1);
      assert.match(output, problem);
    }
  });
}));

/** JSON with keys and lists in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((one, other) =>
      JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1)
      .map(([key, each]) => [key, sorted(each)]),
  );
}
