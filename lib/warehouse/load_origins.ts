/** The dump that a load was of, as the warehouse records it (contract, section 9). */
import type { Manifest } from "../partitions/manifest.ts";
import type { SqlValues } from "../sql/template.ts";
import { timeText } from "./variables.ts";

/** The values of `origin_write.sql`, but for the load and its day. */
export function originValues(
  { staged_rows, bytes, sources, created_at, version }: Manifest,
): SqlValues {
  return {
    staged_rows,
    bytes,
    sources: JSON.stringify(sources),
    dumped_at: timeText(Temporal.Instant.from(created_at)),
    dump_version: version,
  };
}
