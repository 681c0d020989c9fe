/**
 * Reads the books of both ends, each in one snapshot. Between the two a dump, a load or a build may come:
 * days that changed meanwhile are read again, so that nothing is told of them that was never so.
 */
import { createHash } from "node:crypto";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { type DateRange, today } from "../partitions/run_date.ts";
import type { BooksSnapshot, DumpOfDay, StagingBooks } from "../staging/books.ts";
import type { DayFacts, StagedFacts, WarehouseDay } from "../standing/facts.ts";
import { emptyBook, type WarehouseBooks, type WarehouseDayBook } from "../warehouse/books.ts";
import { controlText } from "../warehouse/load_checks.ts";
import type {
  Conflict,
  DayBook,
  DeepStagedBook,
  DimensionBook,
  DumpBook,
  SourceBook,
  StagedBook,
} from "./facts.ts";
import { normalSources, readFileBook } from "./partition_files.ts";

export interface BooksDeps {
  staging: { readonly books: StagingBooks };
  warehouse: { readonly books: WarehouseBooks };
  now: () => Temporal.Instant;
  /** Aborted when the audit should stop. */
  signal: AbortSignal;
  /** Looks at each value, and at the partition files of this work dir. @default not */
  deep?: { workDir: string } | undefined;
}

export interface Books {
  /** Days of the range that anything is known of, in order. */
  days: DayBook[];
  /** Days that changed each time that they were read: nothing can be said of them. */
  moving: Temporal.PlainDate[];
  /** Of the core, over all dates. */
  dimensions: DimensionBook[];
  sources: SourceBook[];
  conflicts: Conflict[];
}

/** How often a day that changes while it is read is read again. */
const MOST_READS = 4;

/** Reads the books of a range. */
export async function readBooks(deps: BooksDeps, range: DateRange): Promise<Books> {
  const all = await readEnds(deps, range);
  const days = new Map(all.days.map((day) => [day.facts.day.toString(), day]));
  const conflicts = Map.groupBy(all.conflicts, ({ day }) => day.toString());
  let moved = all.moved.union(all.ahead);
  for (let reads = 1; moved.size > 0 && reads < MOST_READS; reads++) {
    const again = new Set<string>();
    for (const date of moved) {
      const day = Temporal.PlainDate.from(date);
      const one = await readEnds(deps, { from: day, to: day });
      const before = days.get(date);
      days.delete(date);
      conflicts.delete(date);
      for (const book of one.days) days.set(date, book);
      if (one.conflicts.length > 0) conflicts.set(date, one.conflicts);
      const hasMoved = one.moved.has(date) || one.ahead.has(date);
      if (hasMoved && !isSettled(date, one, before)) again.add(date);
    }
    moved = again;
  }
  for (const date of moved) days.delete(date);
  return {
    days: [...days.keys()].sort().map((date) => days.get(date)!),
    moving: [...moved].sort().map((date) => Temporal.PlainDate.from(date)),
    dimensions: all.dimensions,
    sources: all.sources,
    conflicts: [...conflicts.keys()].sort().flatMap((date) => conflicts.get(date)!),
  };
}

interface Ends extends Omit<Books, "moving"> {
  /** Days of which something changed in between. */
  moved: Set<string>;
  /** Days of which the warehouse may know more than staging did. */
  ahead: Set<string>;
}

/**
 * Whether another reading of a day would find the same: a load that broke off is so the next time, too,
 * and staging, which was read after the same loads, has less than they say.
 */
function isSettled(
  date: string,
  { days: [now], moved }: Ends,
  before: DayBook | undefined,
): boolean {
  if (now?.facts.unfinished !== undefined) return true;
  if (moved.has(date)) return false;
  return DATASET_NAMES.every((dataset) =>
    now?.warehouse.loads[dataset]?.loadId === before?.warehouse.loads[dataset]?.loadId
  );
}

async function readEnds(deps: BooksDeps, range: DateRange): Promise<Ends> {
  const { staging, warehouse, now, signal, deep } = deps;
  const staged = await staging.books.snapshot((snapshot) =>
    readStaging(snapshot, range, { signal, isDeep: deep !== undefined })
  );
  if (deep !== undefined) await addFiles(staged.days, deep.workDir, signal);
  signal.throwIfAborted();
  const read = await warehouse.books.read(range, deep !== undefined);
  const dumps = await staging.books.snapshot((snapshot) => snapshot.dumps(range));
  const loaded = new Map(read.days.map((day) => [day.day.toString(), day]));
  const dates = [...new Set([...staged.days.keys(), ...loaded.keys()])].sort();
  const over = today(now());
  const days = dates.map((date) => {
    const day = Temporal.PlainDate.from(date);
    const isOver = Temporal.PlainDate.compare(day, over) < 0;
    return joined(day, isOver, staged.days.get(date), loaded.get(date));
  });
  return {
    days,
    dimensions: read.dimensions,
    sources: staged.sources,
    conflicts: staged.conflicts,
    moved: new Set([...read.moved, ...changedDumps(staged.dumps, dumps)]),
    ahead: new Set(days.filter(hasMovedOn).map(({ facts }) => facts.day.toString())),
  };
}

/** Staging's part of a day of a dataset. */
interface StagedPart {
  facts: StagedFacts;
  book: StagedBook;
}

type StagedParts = Partial<Record<DatasetName, StagedPart>>;

async function readStaging(
  snapshot: BooksSnapshot,
  range: DateRange,
  { signal, isDeep }: { signal: AbortSignal; isDeep: boolean },
) {
  const dumps = await snapshot.dumps(range);
  const facts = new Map(
    (await snapshot.staged(range)).map((day) => [keyOf(day.day, day.dataset), day]),
  );
  const dumped = new Map(dumps.map((dump) => [keyOf(dump.day, dump.dataset), dump]));
  const known = [...facts.values()].map(({ day }) => day.toString());
  const withRows = (await snapshot.daysWithRows(range)).map(String);
  const days = new Map<string, StagedParts>();
  const conflicts: Conflict[] = [];
  for (const date of [...new Set([...known, ...withRows])].sort()) {
    const day = Temporal.PlainDate.from(date);
    const parts: StagedParts = {};
    for (const dataset of DATASET_NAMES) {
      signal.throwIfAborted();
      const key = keyOf(day, dataset);
      const measure = await snapshot.measure(dataset, day);
      if (measure.conflicts > 0) conflicts.push(...await snapshot.conflicts(day));
      const dump = dumped.get(key);
      parts[dataset] = {
        facts: facts.get(key) ?? NOTHING_LANDED,
        book: {
          landed: (facts.get(key)?.landed ?? 0) - (facts.get(key)?.pruned?.rows ?? 0),
          rows: measure.rows,
          objects: measure.objects,
          controlTotal: controlText(dataset, measure.controlTotal),
          sources: await snapshot.unequalSources(dataset, day),
          dump: dump && comparable(dump),
          deep: isDeep ? await readDeep(snapshot, dataset, day) : undefined,
        },
      };
    }
    days.set(date, parts);
  }
  return { days, dumps, conflicts, sources: await snapshot.sources() };
}

/** A dump as it can be compared with others of its day, and with manifests. */
function comparable(dump: DumpOfDay): DumpBook {
  return {
    ...dump,
    controlTotal: controlText(dump.dataset, dump.controlTotal),
    sources: normalSources(dump.sources),
  };
}

/** The day's file is made again, and only its hash is kept. */
async function readDeep(
  snapshot: BooksSnapshot,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<DeepStagedBook> {
  const hash = createHash("sha256");
  await snapshot.copyDay(dataset, day, (piece) => hash.update(piece));
  const otherPayloads = await snapshot.otherPayloads(dataset, day);
  return { sha256: hash.digest("hex"), otherPayloads, file: undefined };
}

async function addFiles(
  days: ReadonlyMap<string, StagedParts>,
  workDir: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [date, parts] of days) {
    const day = Temporal.PlainDate.from(date);
    for (const dataset of DATASET_NAMES) {
      const book = parts[dataset]?.book;
      if (book?.dump === undefined || book.deep === undefined) continue;
      book.deep.file = await readFileBook(workDir, dataset, day, book.dump, signal);
    }
  }
}

const NOTHING_LANDED: StagedFacts = { landed: 0, sources: [], dump: undefined };

function joined(
  day: Temporal.PlainDate,
  isOver: boolean,
  parts: StagedParts = {},
  loaded?: WarehouseDayBook,
): DayBook {
  const warehouse: WarehouseDay = loaded?.facts ?? {
    day,
    loads: { transactions: undefined, currencies: undefined },
    unfinished: undefined,
    core: undefined,
    mart: undefined,
  };
  const { transactions = nothingStaged("transactions"), currencies = nothingStaged("currencies") } =
    parts;
  const facts: DayFacts = {
    ...warehouse,
    staged: { transactions: transactions.facts, currencies: currencies.facts },
  };
  return {
    isOver,
    facts,
    staged: { transactions: transactions.book, currencies: currencies.book },
    warehouse: loaded?.book ?? emptyBook(),
  };
}

function nothingStaged(dataset: DatasetName): StagedPart {
  const controlTotal = controlText(dataset, "0");
  const nothing = { landed: 0, rows: 0, objects: 0, controlTotal, sources: [], dump: undefined };
  return { facts: NOTHING_LANDED, book: { ...nothing, deep: undefined } };
}

/** Days that were dumped in between. */
function changedDumps(before: readonly DumpOfDay[], after: readonly DumpOfDay[]): string[] {
  const idOf = ({ snapshot, sha256, createdAt }: DumpOfDay) => `${snapshot} ${sha256} ${createdAt}`;
  const [known, now] = [before, after].map((dumps) =>
    new Map(dumps.map((dump) => [keyOf(dump.day, dump.dataset), dump]))
  );
  return [...new Map([...known!, ...now!]).entries()].flatMap(([key, { day }]) => {
    const [one, other] = [known!.get(key), now!.get(key)];
    const isSame = one !== undefined && other !== undefined && idOf(one) === idOf(other);
    return isSame ? [] : [day.toString()];
  });
}

/**
 * Whether the warehouse may know more of a day than staging did: a swap is not over, or what is loaded
 * was dumped later, by somebody who could not record it.
 */
function hasMovedOn({ facts, staged, warehouse }: DayBook): boolean {
  return facts.unfinished !== undefined || DATASET_NAMES.some((dataset) => {
    const { dump, landed } = staged[dataset];
    const stagedRows = warehouse.loads[dataset]?.origin?.stagedRows;
    return dump === undefined && stagedRows !== undefined && stagedRows > landed;
  });
}

function keyOf(day: Temporal.PlainDate, dataset: DatasetName): string {
  return `${day} ${dataset}`;
}
