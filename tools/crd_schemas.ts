/**
 * Writes tests/fixtures/crds: the schemas of the custom resources that deploy/kubernetes has, as their
 * projects publish them, without the descriptions, and strict: a field that a schema does not name is
 * wrong. Needs Go, whose module proxy has them.
 *
 * Usage: deno run -A tools/crd_schemas.ts
 */
import { parse } from "yaml";

const FOLDER = new URL("../tests/fixtures/crds/", import.meta.url);

const SOURCES = [
  {
    module: "github.com/kedacore/keda/v2@v2.21.0",
    paths: [
      "config/crd/bases/keda.sh_scaledobjects.yaml",
      "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ],
  },
  {
    module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
    paths: [
      "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
      "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
  },
];

type Schema = { [key: string]: unknown; properties?: Record<string, Schema> };

interface Definition {
  spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: Schema } }[] };
}

/** What JSON Schema has no word for, or none that a validator would heed. */
const LEFT_OUT = /^(description|x-kubernetes-|nullable$|format$|default$)/;

/** The schema as JSON Schema, strict. */
export function strictSchema(schema: Schema): Schema {
  if (schema["x-kubernetes-int-or-string"] === true) return { type: ["integer", "string"] };
  const kept: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (LEFT_OUT.test(key)) continue;
    if (key === "properties") kept.properties = strictProperties(value as Record<string, Schema>);
    else kept[key] = isSchema(key, value) ? strictSchema(value) : value;
  }
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (kept.properties !== undefined && !isOpen) kept.additionalProperties = false;
  return kept;
}

function strictProperties(properties: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, strictSchema(schema)]),
  );
}

function isSchema(key: string, value: unknown): value is Schema {
  return ["items", "additionalProperties"].includes(key) && typeof value === "object";
}

/** The folder of a module, which Go fetches. */
async function download(module: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("go", {
    args: ["mod", "download", "-json", module],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)).Dir;
}

if (import.meta.main) {
  for (const { module, paths } of SOURCES) {
    const folder = await download(module);
    for (const path of paths) {
      const { spec }: Definition = parse(await Deno.readTextFile(`${folder}/${path}`));
      const [version] = spec.versions;
      const schema = strictSchema(version!.schema.openAPIV3Schema);
      // Kubernetes itself knows what metadata has.
      schema.properties!.metadata = { type: "object" };
      await Deno.writeTextFile(
        new URL(`${spec.names.kind}.json`, FOLDER),
        JSON.stringify({ $comment: `${module} ${path}`, ...schema }) + "\n",
      );
    }
  }
}
