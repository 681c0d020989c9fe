/** The manifest beside a partition file (contract, section 4): what is in it, and from where. */
import * as v from "valibot";

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const IsoDate = v.pipe(v.string(), v.isoDate());

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}

/** Up to which position the dumped snapshot contains a source partition. */
export const ManifestSource = v.object({
  source: v.string(),
  partition: v.number(),
  /** A 64-bit integer as text. */
  next_position: v.string(),
  /** Its rows of that day in staging; absent in manifests of older versions. */
  rows: v.optional(Count),
});

/** The manifest's schema: whatever reads a manifest checks it by this. */
export const Manifest = v.object({
  dataset: v.picklist(["transactions", "currencies"]),
  partition: IsoDate,
  /** Rows of the file. */
  rows: Count,
  /** Rows of that day in staging, before one per object_id. */
  staged_rows: Count,
  bytes: Count,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Exact sum of the control field, as decimal text. */
  control_total: v.pipe(v.string(), v.regex(/^-?\d+(\.\d{6})?$/)),
  /** ISO, with its offset. */
  created_at: v.pipe(v.string(), v.check(isInstant)),
  /** The version of finpipe that wrote it. */
  version: v.string(),
  /** One id for all that was read from one snapshot of staging; absent in those of older versions. */
  snapshot: v.optional(v.string()),
  /** Each Kafka partition; of files and stdin those that have rows of that day. */
  sources: v.array(ManifestSource),
  /** Whether every Kafka partition has passed the day's end; null where none is known. */
  complete: v.nullable(v.boolean()),
});

export type Manifest = v.InferOutput<typeof Manifest>;

/** What this version writes. */
export type NewManifest = Manifest & { snapshot: string };
export type ManifestSource = v.InferOutput<typeof ManifestSource>;
