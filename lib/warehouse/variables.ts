/**
 * What the variables of `sql/warehouse` stand for: those that say what a statement is about.
 * `example.psql` and `example.vsql` there list all that there are.
 */
import { type DatasetName, DATASETS } from "../events/dataset.ts";
import type { DateRange } from "../partitions/run_date.ts";
import { Identifier, type SqlValues } from "../sql/template.ts";

/** The schemas of the warehouse. */
export interface WarehouseSchemas {
  stagingSchema: string;
  martSchema: string;
}

/** A day of a dataset, which most statements are about. */
export interface Subject {
  dataset: DatasetName;
  day: Temporal.PlainDate;
}

/** The schemas, to write before a table, and as texts, to find them in system tables. */
export function schemaValues({ stagingSchema, martSchema }: WarehouseSchemas): SqlValues {
  return {
    staging_schema: new Identifier(stagingSchema),
    staging_schema_name: stagingSchema,
    mart_schema: new Identifier(martSchema),
    mart_schema_name: martSchema,
  };
}

/** A dataset with its table and columns, and a day. */
export function subjectValues({ dataset, day }: Subject): SqlValues {
  const { eventTime, control } = DATASETS[dataset];
  return {
    dataset,
    dataset_table: new Identifier(dataset),
    event_time: new Identifier(eventTime),
    control: new Identifier(control),
    ...dayValues(day),
  };
}

/** A day of whatever dataset. */
export function dayValues(day: Temporal.PlainDate): SqlValues {
  return { day: day.toString(), day_number: Number(compact(day)) };
}

/** The days of a range, also as keys of the core. */
export function rangeValues({ from, to }: DateRange): SqlValues {
  return {
    first_day: from.toString(),
    last_day: to.toString(),
    first_key: Number(compact(from)),
    last_key: Number(compact(to)),
  };
}

/** A day in the name of a table. */
export function compact(day: Temporal.PlainDate): string {
  return day.toString().replaceAll("-", "");
}

/** A table with its schema, as a statement writes it. */
export function tablePath(schema: string, table: string): string {
  return `${new Identifier(schema)}.${new Identifier(table)}`;
}

/** A time as the warehouse keeps times: naive, UTC, to the microsecond. */
export function timeText(time: Temporal.Instant): string {
  return time.toZonedDateTimeISO("UTC").toPlainDateTime()
    .toString({ fractionalSecondDigits: 6 }).replace("T", " ");
}
