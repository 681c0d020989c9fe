/** What surrounds the pods of deploy/kubernetes: policies, scaling, alerts, kustomizations of one's own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import config from "../../deno.json" with { type: "json" };
import { prometheusRule } from "../../tools/prometheus_rule.ts";
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

const RULES = "deploy/kubernetes/components/monitoring/rules.yaml";

await kustomizeTest("all traffic is denied but what a policy names", async () => {
  const policies = ofKind(await overlay("all"), "NetworkPolicy");
  const [denied, ...others] = policies.filter(({ spec }) =>
    spec.ingress === undefined && spec.egress === undefined
  );
  assert.deepEqual(others, []);
  assert.deepEqual(denied!.spec, {
    podSelector: { matchLabels: { "app.kubernetes.io/name": "finpipe" } },
    policyTypes: ["Ingress", "Egress"],
  });
  const ports = policies.flatMap(({ spec }) => [...spec.egress ?? [], ...spec.ingress ?? []])
    .flatMap(({ ports }) => ports.map(({ port }: { port: number | string }) => port));
  assert.deepEqual([...new Set(ports)].map(String).sort(), [
    "443",
    "53",
    "5432",
    "5433",
    "9093",
    "metrics",
  ]);
  const [stream] = ofKind(await overlay("one"), "Deployment").map((each) => podOf(each)!);
  const settings = environmentOf(stream!.spec.containers[0]!, await overlay("one"));
  assert.match(settings.FINPIPE_KAFKA_BROKERS!, /:9093$/);
});

await kustomizeTest("KEDA scales by the settings that the stream has", async () => {
  const manifests = await overlay("scaled");
  const [scaled] = ofKind(manifests, "ScaledObject");
  const { scaleTargetRef, minReplicaCount, triggers: [{ metadata, authenticationRef }] } =
    scaled.spec;
  const [stream] = ofKind(manifests, "Deployment");
  assert.equal(scaleTargetRef.name, stream.metadata.name);
  const container = podOf(stream)!.spec.containers
    .find(({ name }) => name === scaleTargetRef.envSourceContainerName)!;
  const settings = environmentOf(container, manifests);
  const [authentication] = ofKind(manifests, "TriggerAuthentication");
  assert.equal(authenticationRef.name, authentication.metadata.name);
  const { env: [user], secretTargetRef: [password] } = authentication.spec;
  const { bootstrapServersFromEnv, topicFromEnv, consumerGroupFromEnv } = metadata;
  for (const name of [bootstrapServersFromEnv, topicFromEnv, consumerGroupFromEnv, user.name]) {
    assert.ok(settings[name] !== undefined, name);
  }
  assert.equal(user.containerName, container.name);
  assert.equal(`${SECRETS}/${password.key}`, settings.FINPIPE_KAFKA_PASSWORD_FILE);
  // The partitions are the limit; nothing ends the last process.
  assert.equal(metadata.allowIdleConsumers, "false");
  assert.equal(minReplicaCount, 1);
  assert.equal(metadata.tls, settings.FINPIPE_KAFKA_TLS === "true" ? "enable" : "disable");
  assert.equal(metadata.sasl, settings.FINPIPE_KAFKA_SASL!.replace(/-sha-/, "_sha"));
});

Deno.test("the PrometheusRule is made from the alerts", async () => {
  assert.equal(
    await readDocument(RULES),
    prometheusRule(await readDocument("deploy/prometheus/alerts.yaml")),
    "run 'deno run -A tools/prometheus_rule.ts'",
  );
});

/** What these tests look at of a file of rules. */
interface Rules {
  groups: { rules: { annotations: { runbook?: string; runbook_url?: string } }[] }[];
}

await kustomizeTest("the rules are the alerts, with the whole URLs of their runbooks", async () => {
  const alerts: Rules = parse(await readDocument("deploy/prometheus/alerts.yaml"));
  const [rule] = ofKind(await overlay("all"), "PrometheusRule");
  for (const { annotations } of alerts.groups.flatMap(({ rules }) => rules)) {
    const { runbook } = annotations;
    annotations.runbook_url = `https://github.com/OWNER/finpipe/blob/main/${runbook}`;
    delete annotations.runbook;
  }
  assert.deepEqual(rule.spec, alerts);
});

await kustomizeTest(
  "a kustomization of one's own, as README.md has it, changes what it says",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await copyManifests(folder);
      const own = join(folder, "own");
      await Deno.mkdir(own);
      const [, example] = /^```yaml\n([^]*?)^```$/m.exec(await readDocument(README))!;
      await Deno.writeTextFile(join(own, "kustomization.yaml"), example!);
      const manifests = await build(own);
      assert.ok(manifests.every(({ metadata }) => metadata.namespace === "payments"));
      const [stream] = podsOf(manifests)[0]!.spec.containers;
      assert.equal(stream!.image, `registry.example.com/finpipe:${config.version}`);
      const settings = environmentOf(stream!, manifests);
      assert.equal(settings.FINPIPE_TOPIC, "payments");
      assert.equal(settings.FINPIPE_KAFKA_SASL, "scram-sha-512");
      const spec: Rules = ofKind(manifests, "PrometheusRule")[0].spec;
      for (const { annotations } of spec.groups.flatMap(({ rules }) => rules)) {
        const [url] = annotations.runbook_url!.split("#");
        assert.equal(url, "https://git.example.com/finpipe/blob/main/docs/operations.md");
      }
      const policy = manifests.find(({ metadata }) => metadata.name === "finpipe-postgresql")!;
      assert.deepEqual(policy.spec.egress[0].to, [{ ipBlock: { cidr: "10.1.2.3/32" } }]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

await kustomizeTest("README.md has each overlay, and no others", async () => {
  const rows = (await readDocument(README)).matchAll(/^\| `([\w-]+)` +\|/gm);
  assert.deepEqual([...rows].map(([, name]) => name).sort(), [...(await overlays()).keys()].sort());
});

await kustomizeTest("the DAG of Airflow names what its overlay has", async () => {
  const dag = await readDocument("deploy/airflow/finpipe.py");
  const manifests = await overlay("airflow");
  const named = [
    ["ConfigMap", /"configMapRef": \{"name": "(.*?)"\}/],
    ["ServiceAccount", /"serviceAccountName": "(.*?)"/],
    ["PersistentVolumeClaim", /"claimName": "(.*?)"/],
  ] as const;
  for (const [kind, pattern] of named) {
    const [, name] = pattern.exec(dag)!;
    assert.ok(ofKind(manifests, kind).some(({ metadata }) => metadata.name === name), kind);
  }
  const { data } = ofKind(manifests, "ConfigMap")[0];
  for (const path of Object.values(data!).filter((value) => value.startsWith(SECRETS))) {
    assert.match(dag, new RegExp(`"key": "${path.slice(SECRETS.length + 1)}"`));
  }
});
