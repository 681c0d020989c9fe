/**
 * Fills in the SQL files of `sql/warehouse`. They are written so that they run by hand:
 * with the default schemas, and where they are about one day of one dataset, on the example of the
 * transactions of 2022-10-01. DDL takes no parameters, so names are put in their place here.
 */
import { type DatasetName, DATASETS } from "../events/dataset.ts";

/** The schemas of the warehouse. */
export interface WarehouseSchemas {
  stagingSchema: string;
  martSchema: string;
}

/** SQL for the schemas as they are configured. */
export function forSchemas(sql: string, schemas: WarehouseSchemas): string {
  return replaceNames(sql, namesOf(schemas));
}

/** SQL for one day of one dataset, from the example of the transactions of 2022-10-01. */
export function forDay(
  sql: string,
  schemas: WarehouseSchemas,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): string {
  const { eventTime, control } = DATASETS[dataset];
  return replaceNames(sql, {
    ...namesOf(schemas),
    "transactions": dataset,
    "transaction_dt": eventTime,
    "amount": control,
    "2022-10-01": day.toString(),
    "20221001": day.toString().replaceAll("-", ""),
  });
}

function namesOf({ stagingSchema, martSchema }: WarehouseSchemas): Record<string, string> {
  return {
    "finpipe_staging": quoteIdentifier(stagingSchema),
    "finpipe_mart": quoteIdentifier(martSchema),
  };
}

/** In one pass: what was put in is not looked at again. */
function replaceNames(sql: string, names: Record<string, string>): string {
  const pattern = new RegExp(`(?<![a-z])(?:${Object.keys(names).join("|")})(?![a-z])`, "g");
  return sql.replace(pattern, (name) => names[name]!);
}

/** As a statement must write it. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
