/** The checks of a load, for any warehouse (contract, section 5). */
import type { DatasetName } from "../events/dataset.ts";
import type { PartitionFile } from "../partitions/partition_file.ts";
import { dayArgument } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { counted } from "../runtime/words.ts";
import type { DayMeasure, LoadRecord } from "./repository.ts";

/** Refused rows beyond the limit that are still kept, so that a person sees more than one. */
export const SHOWN_BEYOND_LIMIT = 100;

/** What is wrong with a field that is missing in the file, even its quotes. */
export const NO_VALUE = "no value (an empty string must be quoted)";

/** What is wrong with a string that does not fit its column. */
export const TOO_LONG = "longer than 1,000 bytes";

/** Refused rows of a load that had too many. */
export interface TooManyRefused {
  refused: number | bigint;
  /** finpipe stopped looking after these. @default false */
  atLeast?: boolean;
  maxRejected: number;
  /** Where the first one stands and why it was refused, without its values. */
  first: string | undefined;
  /** As it is configured. */
  stagingSchema: string;
}

/** The failure of a load that had more refused rows than are allowed. */
export function overLimit(
  { dataset, partition }: PartitionFile,
  { refused, atLeast = false, maxRejected, first, stagingSchema }: TooManyRefused,
): FinpipeError {
  return new FinpipeError(
    "data",
    `Refused ${atLeast ? "at least " : ""}${
      counted(refused, "row")
    } of ${dataset} for ${partition} ` +
      `(${maxRejected} allowed): ${first}`,
    {
      hint: `${stagingSchema}.load_refused has the reasons. Run ` +
        `'finpipe dump ${dayArgument(partition)}' to write the file again, or allow them with ` +
        "--max-rejected",
    },
  );
}

/**
 * A day never shrinks unasked: staging only grows, so a file of fewer rows than the one that stands
 * comes from another database, or from a damaged one. Checked under the load's lock.
 *
 * @param before the load that stands
 * @throws FinpipeError of kind `data`
 */
export function refuseShrink(
  { dataset, partition, manifest }: Pick<PartitionFile, "dataset" | "partition" | "manifest">,
  before: LoadRecord | undefined,
  { allowShrink = false }: { allowShrink?: boolean },
): void {
  if (allowShrink || before === undefined || BigInt(manifest.rows) >= before.manifestRows) return;
  throw new FinpipeError(
    "data",
    `Refused to shrink ${dataset} for ${partition}: the file has ` +
      `${counted(manifest.rows, "row")}, the file that is loaded had ${before.manifestRows}`,
    {
      hint: "Staging only grows: check that FINPIPE_PG_URL names the database that the day came " +
        "from, and that its data is complete. If the day really has fewer rows, add " +
        "--allow-shrink",
    },
  );
}

/**
 * Compares what was taken into the side table with the manifest.
 *
 * @throws FinpipeError of kind `data` where rows, or with none refused the control totals, differ
 */
export function recordOf(
  { dataset, partition, manifest }: PartitionFile,
  { rows, controlTotal }: DayMeasure,
  refused: bigint,
): LoadRecord {
  const what = `${dataset} for ${partition}`;
  const hint =
    `The file and its manifest do not agree: run 'finpipe dump ${dayArgument(partition)}' to ` +
    "write both again";
  if (rows + refused !== BigInt(manifest.rows)) {
    const counts = `${
      counted(rows, "row")
    } loaded and ${refused} refused, but the manifest says ${manifest.rows}`;
    throw new FinpipeError("data", `Row counts of ${what} differ: ${counts}`, { hint });
  }
  if (refused === 0n && !sameNumber(controlTotal, manifest.control_total)) {
    // Sums of amounts are no values of rows, but near enough to keep them out of the log.
    throw new FinpipeError("data", `Control totals of ${what} differ from the manifest's`, {
      hint,
    });
  }
  const manifestRows = BigInt(manifest.rows);
  return { sha256: manifest.sha256, manifestRows, rows, refused, controlTotal };
}

/**
 * A control total as manifests write it, whatever a warehouse makes of a sum: amounts without
 * decimals, rates with 6 of them, also where there are no rows to add up.
 */
export function controlText(dataset: DatasetName, sum: string): string {
  if (dataset === "transactions") return sum.replace(/\.0+$/, "");
  return sum.includes(".") ? sum : `${sum}.000000`;
}

/** "0" is "0.000000": the manifest of an empty day may say either. */
function sameNumber(one: string, other: string): boolean {
  const plain = (text: string) => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return plain(one) === plain(other);
}
