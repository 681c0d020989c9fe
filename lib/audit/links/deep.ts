/** What holds value by value, where a deep audit looks at each: `--deep`. */
import { DATASET_NAMES } from "../../events/dataset.ts";
import { sameDecimal } from "../decimals.ts";
import type { DayLink, Finding, Side } from "../difference.ts";
import type { DumpBook } from "../facts.ts";
import { dumpedOf } from "./staging.ts";
import { sameTime } from "./times.ts";

/** The day's file, written again, is the file that was dumped. */
const file: DayLink = {
  name: "file",
  sides: ["sha256 that was dumped", "sha256 of the file, made again"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const { deep, dump, landed } = book.staged[dataset];
    const recorded = dump?.sha256 ?? book.warehouse.loads[dataset]?.sha256;
    // Where rows landed since, another file is right.
    if (deep === undefined || dumpedOf(book, dataset)?.stagedRows !== landed) return [];
    if (recorded === undefined || recorded === deep.sha256) return [];
    const cause = "values in staging were changed since the dump, or the record of the dump was";
    return [{ left: recorded, right: deep.sha256, cause }];
  },
};

/** The columns that a dump writes say what the payload says, which stands as it came. */
const payload: DayLink = {
  name: "payload",
  sides: ["rows in staging", "rows whose columns say what their payload says"],
  datasets: DATASET_NAMES,
  find({ staged }, dataset) {
    const { deep, rows } = staged[dataset];
    if (deep === undefined || deep.otherPayloads === 0) return [];
    if (deep.otherPayloads === undefined) {
      return [{
        left: rows,
        right: null,
        cause: "a payload was changed by hand: it cannot be read",
      }];
    }
    const cause = "a column or a payload was changed by hand";
    return [{ left: rows, right: rows - deep.otherPayloads, cause }];
  },
};

/** Each value in the warehouse is the one that was loaded. */
const fingerprint: DayLink = {
  name: "fingerprint",
  sides: ["fingerprint of the rows that were loaded", "fingerprint of the rows in the warehouse"],
  datasets: DATASET_NAMES,
  find({ warehouse }, dataset) {
    const recorded = warehouse.loads[dataset]?.fingerprint;
    const now = warehouse.staged[dataset].fingerprint;
    if (recorded === undefined || now === undefined || recorded === now) return [];
    return [{
      left: recorded,
      right: now,
      cause: "values in the warehouse were changed since the load",
    }];
  },
};

/** The partition file is the one that its manifest and the record of the dump describe. */
const partitionFile: DayLink = {
  name: "partition_file",
  sides: ["by the record of the dump", "the partition file and its manifest"],
  datasets: DATASET_NAMES,
  find({ staged }, dataset) {
    const { deep, dump } = staged[dataset];
    if (deep?.file === undefined || dump === undefined) return [];
    const { problem, manifest } = deep.file;
    const found: Finding[] = problem === undefined
      ? []
      : [{ left: dump.sha256, right: null, cause: problem }];
    if (manifest !== undefined) found.push(...unequal(dump, manifest));
    return found;
  },
};

/** Another dump that wrote the same file was at another time, from other positions. */
function unequal(dump: DumpBook, manifest: DumpBook): Finding[] {
  const sameDump = dump.snapshot === manifest.snapshot;
  const values: [name: string, left: Side, right: Side, isSame: boolean][] = [
    ["sha256", dump.sha256, manifest.sha256, dump.sha256 === manifest.sha256],
    ["rows", dump.rows, manifest.rows, dump.rows === manifest.rows],
    ["bytes", dump.bytes, manifest.bytes, dump.bytes === manifest.bytes],
    [
      "control_total",
      dump.controlTotal,
      manifest.controlTotal,
      sameDecimal(dump.controlTotal, manifest.controlTotal),
    ],
  ];
  if (sameDump) {
    values.push(
      [
        "staged_rows",
        dump.stagedRows,
        manifest.stagedRows,
        dump.stagedRows === manifest.stagedRows,
      ],
      ["sources", dump.sources, manifest.sources, dump.sources === manifest.sources],
      [
        "complete",
        String(dump.complete),
        String(manifest.complete),
        dump.complete === manifest.complete,
      ],
      [
        "created_at",
        dump.createdAt,
        manifest.createdAt,
        sameTime(dump.createdAt, manifest.createdAt),
      ],
      ["version", dump.version, manifest.version, dump.version === manifest.version],
    );
  }
  return values.filter(([, , , isSame]) => !isSame).map(([name, left, right]) => ({
    left,
    right,
    cause: `the manifest or the record of the dump was changed (${name})`,
  }));
}

export const DEEP_LINKS: readonly DayLink[] = [file, payload, partitionFile, fingerprint];
