"""What an Airflow makes of deploy/airflow/finpipe.py, as JSON: `parse.py DAG OUT MANIFEST`.

With "runs_in": "kubernetes", also the pods that it would ask Kubernetes for, what becomes of their exit
codes, and the pod of the manifest. No cluster is called.
"""

import json
import os
import runpy
import sys
from unittest import mock

import yaml

# The operator of pods reads where its cluster is, even if it does not call it.
CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
    "users": [{"name": "none", "user": {}}],
}
os.environ["KUBECONFIG"] = sys.argv[2] + ".cluster"
with open(os.environ["KUBECONFIG"], "w") as file:
    json.dump(CLUSTER, file)

dag = runpy.run_path(sys.argv[1])["dag"]


def logical_dates() -> list[str]:
    """The runs that catchup would make, at most 40 of them."""
    from airflow.serialization import serialized_objects

    # Airflow 3 has a class of its own for what the scheduler reads.
    serializer = getattr(serialized_objects, "DagSerialization", serialized_objects.SerializedDAG)
    scheduled = serializer.deserialize_dag(serializer.serialize_dag(dag))
    dates, last = [], None
    while len(dates) < 40:
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


def ends(task, code: int) -> str:
    """How the task ends after its pod ended with this exit code: the name of the exception."""
    from kubernetes.client import models

    base = models.V1ContainerStatus(
        name="base",
        image="",
        image_id="",
        ready=False,
        restart_count=0,
        state=models.V1ContainerState(
            terminated=models.V1ContainerStateTerminated(exit_code=code)
        ),
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

    silent = ["is_istio_enabled", "patch_already_checked", "process_pod_deletion", "_read_pod_events"]
    silent += [name for name in ["_read_pod_container_states"] if hasattr(operator, name)]
    with mock.patch.multiple(operator, execute=execute, **{name: mock.DEFAULT for name in silent}) as mocks:
        mocks["is_istio_enabled"].return_value = False
        try:
            task.execute({})
        except Exception as error:
            return type(error).__name__
    return "success"


shown = {
    "dates": logical_dates(),
    "catchup": dag.catchup,
    "max_active_runs": dag.max_active_runs,
    "tasks": [
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
    ],
}
if shown["tasks"][0]["command"] is None:
    shown["pods"] = [pod_of(task) for task in dag.tasks]
    with open(sys.argv[3]) as file:
        cron_job = next(each for each in yaml.safe_load_all(file) if each["kind"] == "CronJob")
    shown["manifest"] = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    codes = [0, 1, 2, 3, 4, 5, 69, 75, 137, 143]
    shown["ends"] = {code: ends(dag.tasks[0], code) for code in codes}
with open(sys.argv[2], "w") as file:
    json.dump(shown, file)
