/** What the dimension of dates says of a date (contract, section 7). */
import type { DateBook } from "../facts.ts";

/** ISO weeks; Monday is 1. */
export function dateRow(day: Temporal.PlainDate): DateBook {
  const { year, month, weekOfYear, yearOfWeek, dayOfWeek } = day;
  return {
    date: day.toString(),
    year: String(year),
    quarter: String(Math.ceil(month / 3)),
    month: String(month),
    day: String(day.day),
    iso_year: String(yearOfWeek),
    iso_week: String(weekOfYear),
    weekday: String(dayOfWeek),
    is_weekend: String(dayOfWeek > 5),
  };
}
