/**
 * What finpipe is made of, for programs that look for known holes: a CycloneDX file of the packages that
 * finpipe holds, with the hashes that deno.lock has of them, and of Deno.
 *
 * Format: cyclonedx.org/docs/1.6/json.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { DENO_VERSION, VERSION } from "../build/program.ts";
import type { Package } from "./packages.ts";

const DENO = `pkg:github/denoland/deno@v${DENO_VERSION}`;

export interface SbomOptions {
  /** Null where it is not known. */
  commit: string | null;
  /** @default now */
  at?: Temporal.Instant;
}

/** The file as a text. */
export function sbomOf(
  packages: readonly Package[],
  { commit, at = Temporal.Now.instant() }: SbomOptions,
): string {
  const root = {
    type: "application",
    "bom-ref": "finpipe",
    name: "finpipe",
    version: VERSION,
    ...licensed("MIT"),
    ...(commit === null ? {} : { properties: [{ name: "finpipe:commit", value: commit }] }),
  };
  const deno = {
    type: "platform",
    "bom-ref": DENO,
    name: "deno",
    version: DENO_VERSION,
    purl: DENO,
    ...licensed("MIT"),
  };
  const refs = new Map(packages.map((found) => [found.name, purlOf(found)]));
  const direct = packages.filter(({ isDirect }) => isDirect).map(purlOf);
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf([VERSION, commit ?? "", ...refs.values()].join())}`,
    version: 1,
    metadata: { timestamp: at.toString({ smallestUnit: "second" }), component: root },
    components: [deno, ...packages.map(componentOf)],
    dependencies: [
      { ref: "finpipe", dependsOn: [DENO, ...direct] },
      ...packages.map((found) => ({
        ref: purlOf(found),
        dependsOn: found.dependencies.map((name) => refs.get(name)!),
      })),
    ],
  };
  return JSON.stringify(bom, undefined, 2);
}

function componentOf(found: Package) {
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(found.name)!;
  return {
    type: "library",
    "bom-ref": purlOf(found),
    ...(group === undefined ? {} : { group }),
    name,
    version: found.version,
    purl: purlOf(found),
    ...licensed(found.license),
    hashes: [{ alg: "SHA-512", content: Buffer.from(found.sha512, "base64").toString("hex") }],
  };
}

/** A package URL: github.com/package-url/purl-spec. */
function purlOf({ name, version }: Package): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function licensed(id: string) {
  return { licenses: [{ license: { id } }] };
}

/** The same for the same text: a UUID of version 8, RFC 9562. */
function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
