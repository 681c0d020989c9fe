"""What an Airflow makes of the DAG, for each of some settings: `parse.py DAG OUT SETTINGS...`

SETTINGS are texts of the variable `finpipe`. OUT gets a JSON array with an object for each: the DAG, or
the error that Airflow would show. With "runs_in": "kubernetes" also the pods that it would ask Kubernetes
for, and what becomes of their exit codes; no cluster is called.
"""

import json
import os
import runpy
import sys
from unittest import mock

# The operator of pods reads where its cluster is, even if it does not call it.
CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "none", "user": {}}],
}
CODES = [0, 1, 2, 3, 4, 5, 69, 75, 137, 143]
# Runs that are listed, at most.
MOST_DATES = 40


def logical_dates(dag) -> list[str]:
    """The runs that catchup would make."""
    from airflow.serialization import serialized_objects

    # Airflow 3 has a class of its own for what the scheduler reads.
    serializer = getattr(serialized_objects, "DagSerialization", serialized_objects.SerializedDAG)
    scheduled = serializer.deserialize_dag(serializer.serialize_dag(dag))
    dates, last = [], None
    while len(dates) < MOST_DATES:
        if serializer is serialized_objects.SerializedDAG:
            info = scheduled.next_dagrun_info(last and last.data_interval)
        else:
            info = scheduled.next_dagrun_info(last_automated_run_info=last)
        if info is None:
            break
        last = info
        # When the scheduler begins it, which has to be on the date itself.
        assert info.run_after == info.logical_date, info
        dates.append(info.logical_date.isoformat())
    return dates


def pod_of(task) -> dict:
    from kubernetes.client import ApiClient

    return ApiClient().sanitize_for_serialization(task.build_pod_request_obj())


def end_of(task, code: int) -> str:
    """How the task ends after its pod ended with this exit code: the name of the exception."""
    from kubernetes.client import models

    terminated = models.V1ContainerStateTerminated(exit_code=code)
    base = models.V1ContainerStatus(
        name="base",
        image="",
        image_id="",
        ready=False,
        restart_count=0,
        state=models.V1ContainerState(terminated=terminated),
    )
    pod = models.V1Pod(
        metadata=models.V1ObjectMeta(name="finpipe", namespace="default"),
        spec=models.V1PodSpec(containers=[models.V1Container(name="base")]),
        status=models.V1PodStatus(
            phase="Succeeded" if code == 0 else "Failed", container_statuses=[base]
        ),
    )
    operator = type(task).__mro__[1]

    def execute(self, context):
        return operator.cleanup(self, pod, pod)

    # What calls the cluster.
    calls = ["is_istio_enabled", "patch_already_checked", "process_pod_deletion"]
    calls += [name for name in ["_read_pod_events", "_read_pod_container_states"] if hasattr(operator, name)]
    nothing = {name: mock.Mock(return_value=False) for name in calls}
    with mock.patch.multiple(operator, execute=execute, **nothing):
        try:
            task.execute({})
        except Exception as error:
            return type(error).__name__
    return "success"


def parse(path: str) -> dict:
    module = runpy.run_path(path)
    dag = module["dag"]
    tasks = [
        {
            "id": task.task_id,
            "after": sorted(task.upstream_task_ids),
            "retries": task.retries,
            "retry_delay": task.retry_delay.total_seconds(),
            "depends_on_past": task.depends_on_past,
            "wait_for_downstream": task.wait_for_downstream,
            "command": getattr(task, "bash_command", None),
        }
        for task in dag.tasks
    ]
    shown = {"dates": logical_dates(dag), "catchup": dag.catchup, "tasks": tasks}
    if tasks[0]["command"] is None:
        shown["template"] = module["POD"]
        shown["pods"] = [pod_of(task) for task in dag.tasks]
        shown["ends"] = {code: end_of(dag.tasks[0], code) for code in CODES}
    return shown


def main(path: str, out: str, *all_settings: str) -> None:
    os.environ["KUBECONFIG"] = f"{out}.cluster"
    with open(os.environ["KUBECONFIG"], "w") as file:
        json.dump(CLUSTER, file)
    results = []
    for settings in all_settings:
        os.environ["AIRFLOW_VAR_FINPIPE"] = settings
        try:
            results.append(parse(path))
        except ValueError as error:
            results.append({"error": str(error)})
    with open(out, "w") as file:
        json.dump(results, file)


main(*sys.argv[1:])
