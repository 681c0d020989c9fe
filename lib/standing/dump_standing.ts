/** Whether the partition files of a day are what staging holds. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { counted } from "../runtime/words.ts";
import type { DayFacts, DumpFacts, SourceRows, StagedFacts } from "./facts.ts";
import { later, MISSING, type Standing } from "./standing.ts";

/**
 * Rows only come: a day is stale where more were landed than its dump saw. A dump that could not be
 * recorded, as staging may only be read, is judged by what its load says of it. What `prune` took out
 * of staging is done, whatever lands later.
 */
export function dumpStanding({ staged, loads }: DayFacts): Standing {
  const dumps: [DatasetName, Seen][] = [];
  for (const dataset of DATASET_NAMES) {
    const seen = seenOf(staged[dataset], loads[dataset]);
    if (seen === undefined) return MISSING;
    dumps.push([dataset, seen]);
  }
  const causes = dumps.flatMap(([dataset, seen]) => causesOf(dataset, staged[dataset], seen));
  const rows = Object.fromEntries(dumps.map(([dataset, { rows }]) => [dataset, rows]));
  const isPruned = DATASET_NAMES.some((dataset) => staged[dataset].pruned !== undefined);
  return {
    state: isPruned ? "pruned" : causes.length === 0 ? "done" : "stale",
    cause: causes.length === 0 ? null : causes.join("; "),
    rows: rows as Record<DatasetName, number>,
    at: dumps.map(([, { createdAt }]) => createdAt).reduce(later),
    id: dumps.map(([, { sha256, createdAt }]) => `${sha256}@${createdAt}`).join(" "),
  };
}

/** Why the dump of a dataset is stale; empty where it is not, undefined where there is none. */
export function dumpCauses(
  { staged, loads }: DayFacts,
  dataset: DatasetName,
): string[] | undefined {
  const seen = seenOf(staged[dataset], loads[dataset]);
  return seen && causesOf(dataset, staged[dataset], seen);
}

type Seen = Pick<DumpFacts, "sha256" | "rows" | "stagedRows" | "createdAt"> & {
  sources?: readonly SourceRows[];
};

function seenOf(
  { dump }: StagedFacts,
  load: DayFacts["loads"][DatasetName],
): Seen | undefined {
  if (dump !== undefined) return dump;
  if (load?.stagedRows === undefined) return undefined;
  const { sha256, rows, refused, stagedRows, loadedAt } = load;
  return { sha256, rows: rows + refused, stagedRows, createdAt: loadedAt };
}

function causesOf(dataset: DatasetName, { landed, sources }: StagedFacts, seen: Seen): string[] {
  const more = landed - seen.stagedRows;
  if (more === 0) return [];
  if (more < 0) {
    return [`staging has ${counted(-more, "row")} of ${dataset} less than were dumped`];
  }
  const from = seen.sources === undefined ? [] : grown(sources, seen.sources);
  const rest = more - from.reduce((sum, { rows }) => sum + rows, 0);
  const parts = from.map(({ source, partition, rows }) => `${rows} from ${source}[${partition}]`);
  if (rest > 0 && parts.length > 0) parts.push(`${rest} replayed`);
  const where = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  return [`${counted(more, "row")} of ${dataset} landed since${where}`];
}

/** Source partitions that brought rows, with how many more. */
function grown(now: readonly SourceRows[], then: readonly SourceRows[]): SourceRows[] {
  return now.flatMap((one) => {
    const before = then.find((other) =>
      other.source === one.source && other.partition === one.partition
    );
    const rows = one.rows - (before?.rows ?? 0);
    return rows > 0 ? [{ ...one, rows }] : [];
  });
}
