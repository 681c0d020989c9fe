"""finpipe in Airflow, 2.10 or 3: one run a date, which takes the day before from staging to the mart.

Put this file in Airflow's folder of DAGs. Its settings are one Airflow variable, `finpipe`: a JSON
object with any of the keys of DEFAULTS below.

    airflow variables set finpipe '{"start_date": "2026-11-01", "end_date": null}'

finpipe reads its own settings from its environment. With "runs_in": "bash" that is the workers'
environment. With "runs_in": "kubernetes" it is the ConfigMap, the Secret and the volume of
deploy/kubernetes/overlays/airflow, which has to be applied in the same namespace, and Airflow needs the
package apache-airflow-providers-cncf-kubernetes.

`deno task soak` runs this DAG with both versions of Airflow, in bash. No task has run in a cluster:
the machines where it was written have none. The pods are checked against their schema.
"""

from __future__ import annotations

import json
import shlex
from datetime import date, datetime, time, timedelta, timezone

try:
    from airflow.sdk import DAG, CronTriggerTimetable, Variable
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.models import Variable
    from airflow.timetables.trigger import CronTriggerTimetable

try:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowFailException, AirflowSkipException

# The steps of a date, in order, each with its own options (`finpipe backfill --help` has them).
#
# Each step is a task, so that the grid shows which step failed and how long each takes, and "Clear"
# repeats a step and what follows it. A task is a `backfill --only STEP`, not the command of the step:
# finpipe then does only what is missing or stale, writes its ledger (`finpipe status` shows what
# Airflow ran), and does not start while another backfill works on the database.
STEPS = {
    "dump": ["--require-complete"],
    "load": [],
    "dwh": [],
    "cdm": [],
}

DEFAULTS = {
    # Run dates, both inclusive: October 2022. An end of null means each night from the start on.
    "start_date": "2022-10-02",
    "end_date": "2022-11-01",
    # When the run of a date begins, on that date, in UTC: some time after midnight.
    "schedule": "0 1 * * *",
    "retry_delay_seconds": 300,
    # "bash" or "kubernetes".
    "runs_in": "bash",
    # For "bash": how a worker's shell calls finpipe, and a folder that all workers share. Airflow
    # deletes the folder that it runs a task in.
    "command": "finpipe",
    "work_dir": "/var/lib/finpipe",
    # For "kubernetes".
    "image": "finpipe:0.1.0",
    "namespace": "default",
}

# The contract's run date is Airflow's logical date, whatever the data interval is: the run of a date
# processes the day before it. CronTriggerTimetable begins the run of a date on that date. "@daily"
# in Airflow 2 would begin it a day later, when its data interval is over, and the mart would be a
# day late.
RUN_DATE = "{{ ds }}"

# After these exit codes the task fails at once, because the same again would fail again: wrong usage
# (2), a setting or a right (3), the data (4). Airflow retries after any other: 75 (another finpipe
# works on the same thing), 69 (a server is unreachable), and 5 (the stream has not landed all of the
# day yet), 1 (such as a full disk) and kills, which may pass as well.
FAILS_AT_ONCE = [2, 3, 4]


# One date at a time is a matter of depends_on_past and wait_for_downstream. With max_active_runs of 1
# the DAG would be stuck after a failure: the run of the next date becomes active, waits for the date
# that failed, and so keeps that date from being run again when somebody clears it. So this is more than
# the dates that can wait behind a failure.
MOST_DATES_WAITING = 1000


def read_settings() -> dict:
    """Reads the variable `finpipe` over DEFAULTS. Airflow shows an error as the DAG's import error."""
    try:
        given = json.loads(Variable.get("finpipe", None) or "{}")
    except ValueError as error:
        raise ValueError(f"Cannot read the Airflow variable finpipe: {error}") from None
    if not isinstance(given, dict):
        raise ValueError("Cannot read the Airflow variable finpipe: it is not a JSON object")
    for key in given:
        if key not in DEFAULTS:
            raise ValueError(
                f"The Airflow variable finpipe has the unknown key {key!r}. "
                f"The keys are {', '.join(DEFAULTS)}"
            )
    return DEFAULTS | given


def day_of(settings: dict, key: str, at: time) -> datetime | None:
    """A run date of the settings as a moment in UTC, or None for null."""
    if settings[key] is None and key == "end_date":
        return None
    try:
        return datetime.combine(date.fromisoformat(settings[key]), at, timezone.utc)
    except (TypeError, ValueError):
        raise ValueError(
            f"The Airflow variable finpipe has no date in {key}: {settings[key]!r}. "
            "Write it as YYYY-MM-DD"
        ) from None


def seconds_of(settings: dict, key: str) -> timedelta:
    """A number of seconds of the settings."""
    try:
        return timedelta(seconds=settings[key])
    except TypeError:
        raise ValueError(
            f"The Airflow variable finpipe has {key} {settings[key]!r}: it is a number of seconds"
        ) from None


def failing_at_once(operator: type) -> type:
    """The operator, but after FAILS_AT_ONCE its task fails without a retry."""

    class Finpipe(operator):
        def __init__(self, **options):
            # Operators tell a task about exit codes only in this way.
            super().__init__(skip_on_exit_code=FAILS_AT_ONCE, **options)

        def execute(self, context):
            try:
                return super().execute(context)
            except AirflowSkipException as error:
                said = str(error).removesuffix(" Skipping.")
                raise AirflowFailException(f"{said} Not retried: it would fail again") from error

    return Finpipe


def task_of(step: str, settings: dict):
    """The task of a step, in the DAG that is being made."""
    # Airflow has the retries, and the order of the dates: of a date that a person marks as a success
    # there, finpipe must not say that it failed.
    arguments = ["backfill", RUN_DATE, "--only", step, "--retries", "0", "--no-depends-on-past"]
    arguments += STEPS[step]
    if settings["runs_in"] == "bash":
        try:
            from airflow.providers.standard.operators.bash import BashOperator
        except ImportError:  # Airflow 2
            from airflow.operators.bash import BashOperator

        arguments += ["--work-dir", settings["work_dir"]]
        return failing_at_once(BashOperator)(
            task_id=step,
            bash_command=f"{settings['command']} {shlex.join(arguments)}",
            do_xcom_push=False,
        )
    if settings["runs_in"] == "kubernetes":
        from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

        return failing_at_once(KubernetesPodOperator)(
            task_id=step,
            name=f"finpipe-{step}",
            namespace=settings["namespace"],
            image=settings["image"],
            arguments=arguments,
            pod_template_dict=POD,
            do_xcom_push=False,
        )
    raise ValueError(
        f"The Airflow variable finpipe has runs_in {settings['runs_in']!r}: "
        "it can be bash or kubernetes"
    )


# The pods, as in deploy/kubernetes/components/night/cron-job.yaml.
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "labels": {
            "app.kubernetes.io/name": "finpipe",
            "app.kubernetes.io/component": "nightly",
        },
    },
    "spec": {
        "restartPolicy": "Never",
        "serviceAccountName": "finpipe",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "base",
                "envFrom": [{"configMapRef": {"name": "finpipe"}}],
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "resources": {
                    "requests": {"cpu": "250m", "memory": "384Mi", "ephemeral-storage": "64Mi"},
                    "limits": {"memory": "768Mi", "ephemeral-storage": "128Mi"},
                },
                "volumeMounts": [
                    {"name": "secrets", "mountPath": "/run/secrets/finpipe", "readOnly": True},
                    {"name": "work", "mountPath": "/data"},
                ],
            },
        ],
        "volumes": [
            {
                "name": "secrets",
                "secret": {
                    "secretName": "finpipe",
                    "defaultMode": 0o440,
                    "items": [
                        {"key": "pg_url", "path": "pg_url"},
                        {"key": "vertica_url", "path": "vertica_url"},
                    ],
                },
            },
            {"name": "work", "persistentVolumeClaim": {"claimName": "finpipe-work"}},
        ],
    },
}


def make_dag() -> DAG:
    settings = read_settings()
    start_date = day_of(settings, "start_date", time.min)
    end_date = day_of(settings, "end_date", time.max)
    if end_date is not None and end_date < start_date:
        raise ValueError("The end_date of the Airflow variable finpipe is before its start_date")
    with DAG(
        "finpipe",
        description="Takes each day from staging to the mart",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(settings["schedule"], timezone="UTC"),
        start_date=start_date,
        end_date=end_date,
        catchup=True,
        max_active_runs=MOST_DATES_WAITING,
        default_args={
            "depends_on_past": True,
            "wait_for_downstream": True,
            "retries": 1,
            "retry_delay": seconds_of(settings, "retry_delay_seconds"),
        },
    ) as dag:
        # After each step come all later ones, and not only the next: a task waits only for those tasks
        # of the date before that come directly after its own.
        before = []
        for step in STEPS:
            task = task_of(step, settings)
            if before:
                before >> task
            before.append(task)
    return dag


dag = make_dag()
