/** What a report says beside the mart, which it shows as it stands (contract, section 6). */
import { dayArgument } from "../../partitions/run_date.ts";
import { counted } from "../../runtime/words.ts";
import type { LeftOutDays, MartDays, StaleCause, StaleDay } from "../../warehouse/repository.ts";

/** Ranges of days that a sentence names; of the others it tells how many days they are. */
const NAMED_RANGES = 10;

/** A sentence for each cause. */
export function staleNotes(stale: readonly StaleDay[]): string[] {
  return Object.entries(SENTENCES).flatMap(([cause, { text, command, does }]) => {
    const found = stale.filter((day) => day.cause === cause);
    const [first] = found;
    if (first === undefined) return [];
    const others = found.length === 1 ? "" : `, and so on for each of the ${found.length} days`;
    const days = daysText(found.map(({ day }) => day));
    return [`${text(days)}: 'finpipe ${command(first)}' ${does}${others}`];
  });
}

/** A sentence for a currency. */
export function leftOutNote({ currency, transactions, days, first, last }: LeftOutDays): string {
  const when = days === 1 ? `on ${first}` : `on ${days} days from ${first} to ${last}`;
  const what = counted(transactions, "counted transaction");
  return `Left out for want of a dollar rate: currency ${currency}, ${what} ${when}`;
}

/** The sentence on days that may still grow, where nobody asked for them. */
export function openDaysNote({ days, first, last }: MartDays): string {
  const [are, them] = days === 1 ? ["1 day that is", "it"] : [`${days} days that are`, "them"];
  const range = first === last ? first : `${first}..${last}`;
  return `Left out ${are} not over by the clock (UTC): 'finpipe report ${range}' shows ${them}`;
}

interface Sentence {
  text: (days: string) => string;
  /** What is to be run for a day. */
  command: (stale: StaleDay) => string;
  does: string;
}

const cdm = ({ day }: StaleDay) => `cdm ${dayArgument(day)}`;
const load = ({ day, dataset }: StaleDay) => `load ${dayArgument(day)} --dataset ${dataset}`;

const SENTENCES: Readonly<Record<StaleCause, Sentence>> = {
  undone: {
    text: (days) => `The mart of ${days} shows a load that was undone`,
    command: cdm,
    does: "takes it away",
  },
  changed: {
    text: (days) => `The mart of ${days} is stale, built before the last load or undo of the day`,
    command: cdm,
    does: "builds it anew",
  },
  unbuilt: {
    text: (days) => `The mart has nothing of ${days}, which is loaded and was not built since`,
    command: cdm,
    does: "builds it",
  },
  load_unfinished: {
    text: (days) => `The mart of ${days} may be stale, as a load is running or was broken off`,
    command: load,
    does: "brings it to an end",
  },
  undo_unfinished: {
    text: (days) => `The mart of ${days} may be stale, as an undo is running or was broken off`,
    command: (stale) => `${load(stale)} --undo`,
    does: "brings it to an end",
  },
};

/** Days in order, those that follow each other as a range. */
export function daysText(days: readonly Temporal.PlainDate[]): string {
  const ranges: { from: Temporal.PlainDate; to: Temporal.PlainDate; days: number }[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last?.to.add({ days: 1 }).equals(day)) {
      last.to = day;
      last.days++;
    } else ranges.push({ from: day, to: day, days: 1 });
  }
  const named = ranges.slice(0, NAMED_RANGES).map(({ from, to }) =>
    from.equals(to) ? String(from) : `${from}..${to}`
  );
  const rest = ranges.slice(NAMED_RANGES).reduce((sum, { days }) => sum + days, 0);
  if (rest > 0) named.push(counted(rest, "more day"));
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
}
