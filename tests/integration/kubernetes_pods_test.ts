/** The pods that the overlays of deploy/kubernetes make: what they name is there, and they may do little. */
import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { readDocument } from "../support/docs/documents.ts";
import {
  build,
  copyManifests,
  environmentOf,
  kustomizeTest,
  ofKind,
  overlay,
  overlays,
  podOf,
  podsOf,
  README,
  SECRETS,
} from "../support/docs/kustomize.ts";

await kustomizeTest("what a manifest names is there", async () => {
  const secret = /kubectl create secret generic finpipe (.*)/.exec(await readDocument(README))!;
  const files = [...secret[1]!.matchAll(/--from-file=(\w+)/g)].map(([, name]) => name!);
  for (const [name, manifests] of await overlays()) {
    const has = (kind: string, wanted: string) =>
      assert.ok(
        manifests.some((each) => each.kind === kind && each.metadata.name === wanted),
        `${name}: there is no ${kind} ${wanted}`,
      );
    for (const { spec } of podsOf(manifests)) {
      has("ServiceAccount", spec.serviceAccountName);
      const claims = spec.volumes.flatMap(({ persistentVolumeClaim }) =>
        persistentVolumeClaim ?? []
      );
      for (const { claimName } of claims) has("PersistentVolumeClaim", claimName);
      const { secret, name: volume } = spec.volumes.find(({ secret }) => secret !== undefined)!;
      assert.equal(secret!.secretName, "finpipe");
      const mounted = secret!.items?.map(({ key }) => key) ?? files;
      for (const key of mounted) assert.ok(files.includes(key), `${name}: no file ${key}`);
      for (const container of spec.containers) {
        const mount = container.volumeMounts.find((each) => each.name === volume);
        assert.equal(mount?.mountPath, SECRETS);
        const environment = environmentOf(container, manifests);
        assert.ok(environment.FINPIPE_PG_URL_FILE !== undefined);
        for (const [variable, path] of Object.entries(environment)) {
          if (!variable.endsWith("_FILE")) continue;
          assert.ok(path.startsWith(`${SECRETS}/`), `${variable}=${path}`);
          // A stream never opens the warehouse, whose URL may be set for all.
          if (container.name === "stream" && variable.startsWith("FINPIPE_VERTICA")) continue;
          assert.ok(
            mounted.includes(path.slice(SECRETS.length + 1)),
            `${container.name}: ${variable}`,
          );
        }
      }
    }
  }
});

await kustomizeTest(
  "each container has limits, no rights, and a root that it cannot write",
  async () => {
    for (const [name, manifests] of await overlays()) {
      assert.equal(podsOf(manifests).length === 0, name === "airflow");
      for (const { spec } of podsOf(manifests)) {
        assert.equal(spec.automountServiceAccountToken, false);
        assert.equal(spec.securityContext.runAsNonRoot, true);
        assert.deepEqual(spec.securityContext.seccompProfile, { type: "RuntimeDefault" });
        for (const { emptyDir } of spec.volumes) {
          if (emptyDir !== undefined) assert.ok(emptyDir.sizeLimit !== undefined);
        }
        for (const { resources, securityContext } of spec.containers) {
          assert.deepEqual(Object.keys(resources.limits).sort(), ["ephemeral-storage", "memory"]);
          assert.deepEqual(
            Object.keys(resources.requests).sort(),
            ["cpu", "ephemeral-storage", "memory"],
          );
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
          });
        }
      }
      for (const account of ofKind(manifests, "ServiceAccount")) {
        assert.ok("automountServiceAccountToken" in account);
        assert.equal(account.automountServiceAccountToken, false);
      }
    }
  },
);

await kustomizeTest(
  "each has the recommended labels, and selectors are those of pods",
  async () => {
    const everywhere = {
      "app.kubernetes.io/name": "finpipe",
      "app.kubernetes.io/instance": "finpipe",
      "app.kubernetes.io/part-of": "finpipe",
      "app.kubernetes.io/version": config.version,
      "app.kubernetes.io/managed-by": "kustomize",
    };
    for (const [name, manifests] of await overlays()) {
      const labelled = [...manifests, ...podsOf(manifests)];
      for (const { metadata: { labels } } of labelled) {
        const own = Object.keys(everywhere).map((key) => [key, labels[key]]);
        assert.deepEqual(Object.fromEntries(own), everywhere, name);
      }
      const pods = podsOf(manifests).map(({ metadata }) => metadata.labels);
      for (const { kind, spec } of manifests) {
        if (kind !== "NetworkPolicy" && kind !== "PodDisruptionBudget" && kind !== "PodMonitor") {
          continue;
        }
        const { matchLabels, matchExpressions = [] } = spec.podSelector ?? spec.selector;
        for (const { values } of matchExpressions) {
          assert.deepEqual(values, ["init", "nightly"]);
        }
        const selected = pods.filter((labels) =>
          Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
        );
        assert.ok(selected.length > 0 || name === "airflow", `${name}: ${kind} selects nothing`);
      }
      // What Prometheus takes for the job, which the alerts name.
      for (const { kind, spec } of manifests) {
        if (kind === "PodMonitor") assert.equal(everywhere[spec.jobLabel as never], "finpipe");
      }
    }
  },
);

await kustomizeTest(
  "the stream is probed, and three are spread and evicted one by one",
  async () => {
    for (const [name, replicas] of [["one", 1], ["group", 3], ["scaled", undefined]] as const) {
      const manifests = await overlay(name);
      const [stream] = ofKind(manifests, "Deployment");
      assert.equal(stream.spec.replicas, replicas);
      const { metadata, spec } = podOf(stream)!;
      assert.ok(metadata.annotations !== undefined);
      const [container] = spec.containers;
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"] as const) {
        const path = probe === "readinessProbe" ? "/readyz" : "/healthz";
        const { httpGet } = container![probe] as { httpGet: unknown };
        assert.deepEqual(httpGet, { path, port: "metrics" });
      }
      assert.deepEqual(container!.ports, [{ name: "metrics", containerPort: 9090 }]);
      assert.equal(spec.topologySpreadConstraints?.length, name === "one" ? undefined : 2);
      if (name === "one") continue;
      const [budget] = ofKind(manifests, "PodDisruptionBudget");
      assert.deepEqual(budget.spec.selector.matchLabels, stream.spec.selector.matchLabels);
    }
  },
);

/** Files of the Secret for servers that are not there. */
const FILES = {
  pg_url: "postgres://finpipe:secret@127.0.0.1:1/finpipe",
  vertica_url: "vertica://finpipe:secret@127.0.0.1:1/finpipe",
  kafka_password: "secret",
};

await kustomizeTest("finpipe takes what the pods start, with their settings", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    for (const manifests of [await overlay("all"), await overlay("init-warehouse")]) {
      for (const { spec: { containers: [container] } } of podsOf(manifests)) {
        const settings = Object.entries(environmentOf(container!, manifests))
          // It would be told of this.
          .filter(([name]) => name !== "FINPIPE_NOTIFY_URL_FILE")
          .map(([name, value]) => [name, value.replace(SECRETS, folder)]);
        const env = Object.fromEntries(settings);
        if ("FINPIPE_KAFKA_BROKERS" in env) env.FINPIPE_KAFKA_BROKERS = "127.0.0.1:1";
        const { args } = container!;
        const more = args[0] === "stream" ? ["--until-end"] : [];
        const { code, stderr } = await runCli(
          [...args, ...more, "--retry-for", "0s", "--work-dir", join(folder, "data")],
          { env: { ...env, FINPIPE_ENGINE: "remote" } },
        );
        // All is right, but that there is no server.
        assert.equal(code, EXIT_CODES.unreachable, `${args.join(" ")}: ${stderr}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

await kustomizeTest("the pods are replaced when a setting changes, and only then", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const copy = await copyManifests(folder);
    const pod = async () => podOf(ofKind(await build(join(copy, "overlays/one")), "Deployment")[0]);
    const before = await pod();
    assert.deepEqual(await pod(), before);
    for (const settings of ["base/settings.env", "components/stream/settings.env"]) {
      const path = join(copy, settings);
      const was = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, `${was}FINPIPE_LOG_LEVEL=debug\n`);
      assert.notDeepEqual(
        (await pod())!.spec.containers[0]!.envFrom,
        before!.spec.containers[0]!.envFrom,
      );
      await Deno.writeTextFile(path, was);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
