/** The notes that a report adds to the mart, which it shows as it is (contract, section 6). */
import { daysText } from "../../partitions/days_text.ts";
import { dayArgument } from "../../partitions/run_date.ts";
import { counted } from "../../runtime/words.ts";
import type { WarehouseDay } from "../../standing/facts.ts";
import {
  type CountedValues,
  isUnbuilt,
  type MartCause,
  martCauses,
  martCausesText,
} from "../../standing/mart_standing.ts";
import type { LeftOutDays, MartDays } from "../../warehouse/repository.ts";

/**
 * A sentence for each cause, over the days that have it.
 *
 * @param asked what `cdm` would count
 */
export function staleNotes(days: readonly WarehouseDay[], asked: CountedValues): string[] {
  const notes = new Map<string, { note: Note; days: WarehouseDay[] }>();
  for (const day of days) {
    const note = noteOf(day, asked);
    if (note === undefined) continue;
    const key = note.text("");
    const known = notes.get(key);
    if (known === undefined) notes.set(key, { note, days: [day] });
    else known.days.push(day);
  }
  return [...notes.values()]
    .toSorted((one, other) => one.note.place - other.note.place)
    .map(({ note: { text, command, does }, days }) => {
      const others = days.length === 1 ? "" : `, and so on for each of the ${days.length} days`;
      const named = daysText(days.map(({ day }) => day));
      return `${text(named)}: 'finpipe ${command(days[0]!)}' ${does}${others}`;
    });
}

/** A sentence for a currency. */
export function leftOutNote({ currency, transactions, days, first, last }: LeftOutDays): string {
  const when = days === 1 ? `on ${first}` : `on ${days} days from ${first} to ${last}`;
  const what = counted(transactions, "counted transaction");
  return `Left out currency ${currency}, which has no dollar rate: ${what} ${when}`;
}

/**
 * The sentence on days that are not over, where nobody asked for them.
 *
 * @param command which shows them, if they are asked for
 */
export function openDaysNote({ days, first, last }: MartDays, command = "report"): string {
  const [are, them] = days === 1 ? ["1 day that is", "it"] : [`${days} days that are`, "them"];
  const range = first === last ? first : `${first}..${last}`;
  return `Left out ${are} not over by the clock (UTC): 'finpipe ${command} ${range}' shows ${them}`;
}

/** A page of more characters than this opens slowly: 40 years of ten currencies. */
export const LARGE_PAGE = 10_000_000;

/** The sentence on a page that is that large. */
export function largePageNote(rows: number, characters: number): string {
  const megabytes = Math.round(characters / 1e6);
  return `The page has ${counted(rows, "row")}, ${megabytes} MB: browsers open it slowly. ` +
    "Name fewer days, as in 'finpipe report 2022-10-01..2022-12-31 --format html'";
}

/** What is said of days that are stale by one cause. */
interface Note {
  /** Among the sentences. */
  place: number;
  text: (days: string) => string;
  /** What is to be run for a day. */
  command: (day: WarehouseDay) => string;
  does: string;
}

const cdm = ({ day }: WarehouseDay) => `cdm ${dayArgument(day)}`;
const load = ({ day, unfinished }: WarehouseDay) =>
  `load ${dayArgument(day)} --dataset ${unfinished?.dataset}`;

const UNDONE: Note = {
  place: 1,
  text: (days) => `The mart of ${days} shows a load that was undone`,
  command: cdm,
  does: "removes it",
};

const REPLACED: Note = {
  place: 2,
  text: (days) => `The mart of ${days} is stale, built before the last load or undo of the day`,
  command: cdm,
  does: "builds it again",
};

const UNBUILT: Note = {
  place: 4,
  text: (days) => `The mart has nothing for ${days}, loaded but not built since`,
  command: cdm,
  does: "builds it",
};

const LOAD_UNFINISHED: Note = {
  place: 5,
  text: (days) => `The mart of ${days} may be stale, because a load is running or broke off`,
  command: load,
  does: "completes it",
};

const UNDO_UNFINISHED: Note = {
  place: 6,
  text: (days) => `The mart of ${days} may be stale, because an undo is running or broke off`,
  command: (day) => `${load(day)} --undo`,
  does: "completes it",
};

function staleBy(causes: readonly MartCause[]): Note {
  const text = (days: string) => `The mart of ${days} is stale, ${martCausesText(causes)}`;
  return { ...REPLACED, place: 3, text };
}

/** Undefined where the mart of the day is what it should be, or there is nothing to build it from. */
function noteOf(day: WarehouseDay, asked: CountedValues): Note | undefined {
  if (day.unfinished !== undefined) {
    return day.unfinished.isUndo ? UNDO_UNFINISHED : LOAD_UNFINISHED;
  }
  if (isUnbuilt(day)) return UNBUILT;
  const causes = martCauses(day, asked);
  if (causes.length === 0) return undefined;
  const kinds = new Set(causes.map(({ kind }) => kind));
  if (kinds.has("undone")) return UNDONE;
  // The rates of the day may have come with the load.
  const others = kinds.difference(new Set(["replaced", "rates"]));
  return kinds.has("replaced") && others.size === 0 ? REPLACED : staleBy(causes);
}
