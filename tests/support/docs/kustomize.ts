/** The manifests of deploy/kubernetes, as kustomize builds them. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ROOT } from "./documents.ts";
import { runTool, toolTest } from "./deploy_tools.ts";

export const MANIFESTS = join(ROOT, "deploy/kubernetes");
export const README = "deploy/kubernetes/README.md";
/** Where pods have the files of the Secret. */
export const SECRETS = "/run/secrets/finpipe";

/** Keys and values of what a manifest asks of a container. */
export interface Container {
  name: string;
  image: string;
  args: string[];
  ports?: { name: string; containerPort: number }[];
  envFrom: { configMapRef: { name: string } }[];
  resources: Record<"requests" | "limits", Record<string, string>>;
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string; mountPath: string }[];
  startupProbe?: unknown;
  livenessProbe?: unknown;
  readinessProbe?: unknown;
}

/** A pod, as a workload has its template. */
export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken: boolean;
    securityContext: Record<string, unknown>;
    containers: Container[];
    topologySpreadConstraints?: unknown[];
    volumes: {
      name: string;
      secret?: { secretName: string; items?: { key: string }[] };
      persistentVolumeClaim?: { claimName: string };
      emptyDir?: { sizeLimit?: string };
    }[];
  };
}

/** A manifest; what its `spec` has depends on its kind. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
  data?: Record<string, string>;
  // deno-lint-ignore no-explicit-any
  spec?: any;
}

/** A test that builds overlays. */
export function kustomizeTest(name: string, test: () => Promise<void>): Promise<void> {
  return toolTest(`kustomize: ${name}`, "kustomize", test);
}

/** What `kustomize build` makes of a folder. */
export async function build(folder: string): Promise<Manifest[]> {
  const { success, output } = await runTool("kustomize", ["build", folder]);
  assert.ok(success, output);
  return parseAllDocuments(output).map((document) => document.toJS());
}

/** What `kustomize build` makes of an overlay. */
export function overlay(name: string): Promise<Manifest[]> {
  return build(join(MANIFESTS, "overlays", name));
}

/** Each overlay, with its manifests. */
export async function overlays(): Promise<Map<string, Manifest[]>> {
  const entries = await Array.fromAsync(Deno.readDir(join(MANIFESTS, "overlays")));
  return new Map(
    await Promise.all(entries.map(async ({ name }) => [name, await overlay(name)] as const)),
  );
}

/** A copy of the manifests to change, as `finpipe/deploy/kubernetes` of the folder. */
export async function copyManifests(to: string): Promise<string> {
  const copy = join(to, "finpipe/deploy/kubernetes");
  await copyFolder(MANIFESTS, copy);
  return copy;
}

async function copyFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) await copyFolder(source, target);
    else {
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.copyFile(source, target);
    }
  }
}

/** The pods of a workload, or undefined of any other manifest. */
export function podOf({ kind, spec }: Manifest): PodTemplate | undefined {
  if (kind === "CronJob") return spec.jobTemplate.spec.template;
  return ["Deployment", "Job"].includes(kind) ? spec.template : undefined;
}

/** All pods of some manifests. */
export function podsOf(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.map(podOf).filter((pod) => pod !== undefined);
}

/** What of these has a kind; fails where there is none. */
export function ofKind(
  manifests: readonly Manifest[],
  kind: string,
): [Manifest, ...Manifest[]] {
  const [first, ...others] = manifests.filter((manifest) => manifest.kind === kind);
  assert.ok(first !== undefined, `there is no ${kind}`);
  return [first, ...others];
}

/** The settings of a container: the data of all its ConfigMaps, which have to be there. */
export function environmentOf(
  { envFrom }: Container,
  manifests: readonly Manifest[],
): Record<string, string> {
  const maps = envFrom.map(({ configMapRef: { name } }) => {
    const map = manifests.find(({ kind, metadata }) =>
      kind === "ConfigMap" && metadata.name === name
    );
    assert.ok(map !== undefined, `there is no ConfigMap ${name}`);
    return map.data!;
  });
  return Object.assign({}, ...maps);
}
