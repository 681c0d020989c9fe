/**
 * A small world for backfills: staging, work dir, warehouse and journal as values in memory. What its
 * steps leave is judged by the same functions as what real ones leave.
 */
import { DATASET_NAMES, type DatasetName } from "../../../lib/events/dataset.ts";
import type { DateRange } from "../../../lib/partitions/run_date.ts";
import { FinpipeError } from "../../../lib/runtime/errors.ts";
import type { StagedDay } from "../../../lib/staging/days.ts";
import type { AttemptLog } from "../../../lib/backfill/step_runner.ts";
import type { StepAttempt } from "../../../lib/backfill/day_plans.ts";
import {
  changedRates,
  type KnownRate,
  type UsedRate,
} from "../../../lib/standing/changed_rates.ts";
import { coreStanding } from "../../../lib/standing/core_standing.ts";
import { dumpStanding } from "../../../lib/standing/dump_standing.ts";
import type { DumpFacts, LoadFacts, WarehouseDay } from "../../../lib/standing/facts.ts";
import { loadStanding } from "../../../lib/standing/load_standing.ts";
import { martStanding } from "../../../lib/standing/mart_standing.ts";
import type { ReadyStep, StepContext, StepFacts } from "../../../lib/steps/step.ts";
import { SILENT } from "../logs.ts";

export const STEP_NAMES = ["dump", "load", "dwh", "cdm"] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** A process that is killed: nothing after it happens. */
export class Killed extends Error {}

/**
 * How an attempt goes wrong: nothing is done, or all is done and nobody hears of it; a build of the core
 * that is killed halfway leaves some tables of the day new.
 */
export type Fault =
  | "refused"
  | "unreachable"
  | "unheard"
  | "killed"
  | "killed halfway"
  | "killed unheard";

const ASKED = { statuses: ["done"], types: undefined };

interface Landed {
  /** All versions. */
  rows: number;
  /** What makes the file another one. */
  content: number;
}

interface Load extends Omit<LoadFacts, "isRestored"> {
  /** The rate that the day's currencies bring, if any. */
  rate: KnownRate | undefined;
}

interface Built {
  buildId: string;
  loads: Record<DatasetName, string>;
  shas: string;
  used: UsedRate;
  builtAt: Temporal.PlainDateTime;
}

const key = (dataset: DatasetName, day: Temporal.PlainDate) => `${dataset} ${day}`;

export class World {
  readonly landed = new Map<string, Landed>();
  readonly dumps = new Map<string, DumpFacts>();
  /** The sha256 of each partition file. */
  readonly files = new Map<string, string>();
  readonly loads = new Map<string, Load>();
  readonly undo = new Map<string, { load: Load | undefined; undone: boolean }>();
  readonly cores = new Map<string, Built>();
  /** Days of which a build of the core broke off. */
  readonly halfBuilt = new Set<string>();
  readonly marts = new Map<string, Built>();
  readonly attempts: (StepAttempt & { number: number; run: number })[] = [];
  /** Steps that were run, as `2022-10-01 dump`. */
  ran: string[] = [];
  /** Those of them that had no reason to run. */
  readonly needless: string[] = [];
  /** How often the warehouse was asked what it knows of days. */
  reads = 0;
  /** Taken one by one by the attempts to come. */
  faults: (Fault | undefined)[] = [];
  #clock = Temporal.PlainDateTime.from("2022-11-02T03:00:00");
  #ids = 0;

  /** Lands rows; with `isNew` they change what the day's file holds. */
  land(dataset: DatasetName, day: Temporal.PlainDate, isNew: boolean): void {
    const landed = this.landed.get(key(dataset, day)) ?? { rows: 0, content: 0 };
    const content = isNew ? landed.content + 1 : landed.content;
    this.landed.set(key(dataset, day), { rows: landed.rows + 1, content });
  }

  /** Takes the partition files of a day away. */
  loseFiles(day: Temporal.PlainDate): void {
    for (const dataset of DATASET_NAMES) this.files.delete(key(dataset, day));
  }

  /** Puts back what stood before the last load of a day. */
  undoLoad(dataset: DatasetName, day: Temporal.PlainDate): void {
    const kept = this.undo.get(key(dataset, day));
    if (kept === undefined || kept.undone) return;
    kept.undone = true;
    if (kept.load === undefined) this.loads.delete(key(dataset, day));
    else this.loads.set(key(dataset, day), kept.load);
  }

  /** What a day's file holds now. */
  shaOf(dataset: DatasetName, day: Temporal.PlainDate): string {
    return `${key(dataset, day)}: ${this.landed.get(key(dataset, day))?.content ?? 0}`;
  }

  /** What is built of a day, as a clean run would make it of what is landed by now. */
  builtOf(day: Temporal.PlainDate): string {
    const rates = [...this.landed].flatMap(([name, { content }]) => {
      const [dataset, date] = name.split(" ") as [DatasetName, string];
      return dataset === "currencies" && content > 0 ? [rateOf(date, content)] : [];
    });
    return `${this.#shas(day)} ${rateText(latest(rates, `${day}`))}`;
  }

  /** The core and the mart of a day as they stand. */
  builtNow(day: Temporal.PlainDate): (string | undefined)[] {
    return [this.cores, this.marts].map((all) => {
      const built = all.get(`${day}`);
      return built && `${built.shas} ${rateText(built.used)}`;
    });
  }

  #shas(day: Temporal.PlainDate): string {
    return DATASET_NAMES.map((dataset) => this.shaOf(dataset, day)).join(" ");
  }

  /** What a backfill works with. */
  context(signal: AbortSignal, now = "2022-12-01T00:00:00Z"): StepContext {
    const days = { staged: (range: DateRange) => Promise.resolve(this.#staged(range)) };
    const dayFacts = (range: DateRange) => {
      this.reads++;
      return Promise.resolve(this.#warehouseDays(range));
    };
    return {
      ends: { staging: { days }, warehouse: { dayFacts } } as unknown as StepContext["ends"],
      workDir: "",
      log: SILENT,
      now: () => Temporal.Instant.from(now),
      signal,
    };
  }

  /** The journal: one that is running when a backfill begins was interrupted. */
  journal(): AttemptLog & { last(range: DateRange): Promise<StepAttempt[]> } {
    for (const attempt of this.attempts) {
      if (attempt.state === "running") attempt.state = "interrupted";
    }
    const run = ++this.#ids;
    return {
      begin: ({ partition, step, stood, number }) => {
        const attempt = { partition, step, stood, number, run, message: null };
        return Promise.resolve(this.attempts.push({ ...attempt, state: "running" }));
      },
      end: (id, { state, message = null }) => {
        Object.assign(this.attempts[id - 1]!, { state, message });
        return Promise.resolve();
      },
      last: ({ from, to }) => {
        const last = new Map<string, StepAttempt>();
        for (const attempt of this.attempts) {
          if (isWithin(attempt.partition, { from, to })) {
            last.set(`${attempt.partition} ${attempt.step}`, attempt);
          }
        }
        return Promise.resolve([...last.values()]);
      },
    };
  }

  /** The steps of a day. */
  steps(): ReadyStep[] {
    return [
      {
        name: "dump",
        uses: { staging: true },
        standing: dumpStanding,
        runsAhead: true,
        runDay: this.#step("dump", (day) => this.dump(day)),
      },
      {
        name: "load",
        uses: { warehouse: true },
        standing: loadStanding,
        runDay: this.#step("load", (day) => this.load(day)),
        wantsInput: ({ day, staged }) => {
          const lost = DATASET_NAMES.some((dataset) =>
            this.files.get(key(dataset, day)) !== staged[dataset].dump?.sha256
          );
          return Promise.resolve(lost ? "its file is gone" : undefined);
        },
      },
      {
        name: "dwh",
        uses: { warehouse: true },
        standing: coreStanding,
        isAside: true,
        runDay: this.#step("dwh", (day) => this.buildCore(day)),
      },
      {
        name: "cdm",
        uses: { warehouse: true },
        standing: (facts) => martStanding(facts, ASKED),
        runDay: this.#step("cdm", (day) => this.buildMart(day)),
      },
    ];
  }

  dump(day: Temporal.PlainDate): void {
    for (const dataset of DATASET_NAMES) {
      const sha256 = this.shaOf(dataset, day);
      const stagedRows = this.landed.get(key(dataset, day))?.rows ?? 0;
      this.files.set(key(dataset, day), sha256);
      this.dumps.set(key(dataset, day), {
        sha256,
        rows: stagedRows,
        stagedRows,
        sources: [],
        createdAt: this.#now(),
        complete: null,
      });
    }
  }

  /** @throws FinpipeError of kind `prerequisite` without files */
  load(day: Temporal.PlainDate): void {
    for (const dataset of DATASET_NAMES) {
      if (!this.files.has(key(dataset, day))) throw new FinpipeError("prerequisite", "No file");
    }
    for (const dataset of DATASET_NAMES) {
      const sha256 = this.files.get(key(dataset, day))!;
      const before = this.loads.get(key(dataset, day));
      if (before?.sha256 === sha256) continue;
      const content = Number(sha256.split(": ")[1]);
      this.undo.set(key(dataset, day), { load: before, undone: false });
      this.loads.set(key(dataset, day), {
        loadId: `load ${++this.#ids}`,
        sha256,
        rows: content,
        refused: 0,
        stagedRows: this.dumps.get(key(dataset, day))?.stagedRows,
        loadedAt: this.#now(),
        rate: dataset === "currencies" && content > 0 ? rateOf(`${day}`, content) : undefined,
      });
    }
  }

  /** @throws FinpipeError of kind `prerequisite` where a dataset was never loaded */
  buildCore(day: Temporal.PlainDate): void {
    this.#build(this.cores, day);
    this.halfBuilt.delete(`${day}`);
  }

  /** @throws FinpipeError of kind `prerequisite` where a dataset was never loaded */
  buildMart(day: Temporal.PlainDate): void {
    this.#build(this.marts, day);
  }

  #build(all: Map<string, Built>, day: Temporal.PlainDate): void {
    const loads = DATASET_NAMES.map((dataset) => this.loads.get(key(dataset, day)));
    if (loads.some((load) => load === undefined)) {
      if (all.delete(`${day}`)) return;
      throw new FinpipeError("prerequisite", "Never loaded");
    }
    const rate = latest(this.#rates(), `${day}`);
    all.set(`${day}`, {
      buildId: `build ${++this.#ids}`,
      loads: Object.fromEntries(
        DATASET_NAMES.map((dataset, index) => [dataset, loads[index]!.loadId]),
      ) as Record<DatasetName, string>,
      shas: loads.map((load) => load!.sha256).join(" "),
      used: {
        day: `${day}`,
        currency: 430,
        rate: rate?.rate ?? null,
        dateUpdate: rate?.dateUpdate ?? null,
        objectId: rate?.objectId ?? null,
      },
      builtAt: this.#now(),
    });
  }

  #step(name: StepName, work: (day: Temporal.PlainDate) => void): ReadyStep["runDay"] {
    return async (_context, { partition: day }): Promise<StepFacts> => {
      await Promise.resolve();
      this.ran.push(`${day} ${name}`);
      const step = this.steps().find((step) => step.name === name)!;
      const before = this.#standing(step, day);
      const fault = this.faults.shift();
      if (fault === "refused") throw new FinpipeError("data", "Refused");
      if (fault === "unreachable") throw new FinpipeError("unreachable", "Away");
      if (fault === "killed") throw new Killed();
      if (fault === "killed halfway") {
        if (name === "dwh") this.halfBuilt.add(`${day}`);
        throw new Killed();
      }
      const loaded = this.#loadIds(day);
      work(day);
      if (fault === "unheard") throw new FinpipeError("unreachable", "No answer");
      if (fault === "killed unheard") throw new Killed();
      if (before === "done") this.needless.push(`${day} ${name}`);
      const changed = name === "load" ? { changed: this.#loadIds(day) !== loaded } : {};
      return { json: {}, lines: [], brief: "", rows: 1, ...changed };
    };
  }

  #loadIds(day: Temporal.PlainDate): string {
    return DATASET_NAMES.map((dataset) => this.loads.get(key(dataset, day))?.loadId).join(" ");
  }

  #standing(step: ReadyStep, day: Temporal.PlainDate): string {
    const range = { from: day, to: day };
    const staged = this.#staged(range);
    const of = (dataset: DatasetName) => staged.find((one) => one.dataset === dataset)!;
    const facts = {
      ...this.#warehouseDays(range)[0]!,
      staged: { transactions: of("transactions"), currencies: of("currencies") },
    };
    return step.standing(facts).state;
  }

  #staged(range: DateRange): StagedDay[] {
    return this.#days(range).flatMap((day) =>
      DATASET_NAMES.map((dataset) => ({
        dataset,
        day,
        landed: this.landed.get(key(dataset, day))?.rows ?? 0,
        sources: [],
        dump: this.dumps.get(key(dataset, day)),
      }))
    );
  }

  #rates(): KnownRate[] {
    return [...this.loads.values()].flatMap(({ rate }) => rate ?? []);
  }

  #warehouseDays(range: DateRange): WarehouseDay[] {
    const [changedOfCores, changedOfMarts] = [this.cores, this.marts].map((all) =>
      changedRates(this.#rates(), [...all.values()].map(({ used }) => used))
    );
    const originOf = ({ buildId, loads }: Built, changed: Map<string, number[]>, day: string) => {
      return { buildId, loads, changedRates: changed.get(day) ?? [] };
    };
    return this.#days(range).map((day) => {
      const loadOf = (dataset: DatasetName) => {
        const load = this.loads.get(key(dataset, day));
        const undo = this.undo.get(key(dataset, day));
        return load && { ...load, isRestored: undo?.undone === true };
      };
      const date = `${day}`;
      const [core, mart] = [this.cores.get(date), this.marts.get(date)];
      const unfinished = this.halfBuilt.has(date);
      return {
        day,
        loads: { transactions: loadOf("transactions"), currencies: loadOf("currencies") },
        unfinished: undefined,
        core: core === undefined && !unfinished ? undefined : {
          record: core && originOf(core, changedOfCores!, date),
          rows: core === undefined ? null : 1,
          builtAt: core?.builtAt ?? null,
          unfinished,
        },
        mart: mart && {
          record: { ...originOf(mart, changedOfMarts!, date), ...ASKED, leftOut: 0 },
          rows: 1,
          builtAt: mart.builtAt,
        },
      };
    });
  }

  /** Days that anything is known of. */
  #days(range: DateRange): Temporal.PlainDate[] {
    const names = [...this.landed, ...this.dumps, ...this.loads].map(([name]) =>
      name.split(" ")[1]!
    );
    return [
      ...new Set([
        ...names,
        ...this.cores.keys(),
        ...this.halfBuilt,
        ...this.marts.keys(),
        ...(spans(range) ? [`${range.from}`] : []),
      ]),
    ]
      .sort()
      .map((text) => Temporal.PlainDate.from(text))
      .filter((day) => isWithin(day, range));
  }

  #now(): Temporal.PlainDateTime {
    return this.#clock = this.#clock.add({ seconds: 1 });
  }
}

/** A single day. */
function spans({ from, to }: DateRange): boolean {
  return from.equals(to);
}

function isWithin(day: Temporal.PlainDate, { from, to }: DateRange): boolean {
  return Temporal.PlainDate.compare(from, day) <= 0 && Temporal.PlainDate.compare(day, to) <= 0;
}

function rateOf(day: string, content: number): KnownRate {
  return { day, currency: 430, rate: `${content}`, dateUpdate: day, objectId: `${day} ${content}` };
}

function latest(rates: readonly KnownRate[], day: string): KnownRate | undefined {
  return rates.filter((rate) => rate.day <= day).sort((a, b) => a.day < b.day ? -1 : 1).at(-1);
}

function rateText(rate: { objectId: string | null } | undefined): string {
  return rate?.objectId ?? "no rate";
}
