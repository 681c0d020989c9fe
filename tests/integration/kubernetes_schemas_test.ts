/** The manifests of deploy/kubernetes, and what kustomize makes of each overlay, keep to their schemas. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runTool, toolTest } from "../support/docs/deploy_tools.ts";
import { ROOT } from "../support/docs/documents.ts";
import { type Manifest, MANIFESTS, ofKind, overlay, overlays } from "../support/docs/kustomize.ts";

/** Manifests that are whole without kustomize. */
const WHOLE = [
  "base/network.yaml",
  "base/service-account.yaml",
  "components/group/disruption.yaml",
  "components/init/job.yaml",
  "components/night/cron-job.yaml",
  "components/night/network.yaml",
  "components/stream/deployment.yaml",
  "components/stream/network.yaml",
  "components/warehouse/network.yaml",
  "components/work/volume.yaml",
];

/** Kinds that Kubernetes does not have itself. */
const CUSTOM = ["PodMonitor", "PrometheusRule", "ScaledObject", "TriggerAuthentication"];

/** What schema-check says of a manifest of another project's kind. */
async function checkCustom(manifest: Manifest): Promise<string> {
  const schema = join(ROOT, `tests/fixtures/crds/${manifest.kind}.json`);
  return (await runTool("schema-check", [schema], { stdin: JSON.stringify(manifest) })).output;
}

/** Asserts that kubernetes-validate has nothing to say of a file. */
async function assertValid(path: string): Promise<void> {
  const { success, output } = await runTool("kubernetes-validate", ["--strict", path]);
  assert.ok(success, `${path}: ${output}`);
}

await toolTest(
  "kubernetes-validate: manifests keep to the schemas",
  "kubernetes-validate",
  async () => {
    for (const name of WHOLE) await assertValid(join(MANIFESTS, name));
  },
);

await toolTest(
  "kustomize: what each overlay makes keeps to the schemas of Kubernetes, KEDA and the Prometheus operator",
  ["kustomize", "kubernetes-validate", "schema-check"],
  async () => {
    const folder = await Deno.makeTempDir();
    const custom = new Set<string>();
    try {
      for (const [name, manifests] of await overlays()) {
        const path = join(folder, `${name}.yaml`);
        const own = manifests.filter(({ kind }) => !CUSTOM.includes(kind));
        // YAML has JSON in it.
        await Deno.writeTextFile(path, own.map((each) => JSON.stringify(each)).join("\n---\n"));
        await assertValid(path);
        for (const manifest of manifests.filter(({ kind }) => CUSTOM.includes(kind))) {
          custom.add(manifest.kind);
          assert.equal(await checkCustom(manifest), "", `${name}: ${manifest.kind}`);
        }
      }
      assert.deepEqual([...custom].sort(), CUSTOM);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

await toolTest(
  "schema-check: a field that no custom resource has is found",
  ["kustomize", "schema-check"],
  async () => {
    const manifests = await overlay("all");
    for (const kind of CUSTOM) {
      const [manifest] = ofKind(manifests, kind);
      const mistyped = { ...manifest, spec: { ...manifest.spec, trigers: [] } };
      assert.match(await checkCustom(mistyped), /'trigers' was unexpected/, kind);
    }
  },
);
