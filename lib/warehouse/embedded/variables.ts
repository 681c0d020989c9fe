/** What a day's statements are about in the embedded warehouse: its tables as well. */
import { Identifier, type SqlValues } from "../../sql/template.ts";
import { compact, type Subject, subjectValues } from "../variables.ts";

/**
 * The values of a day's variables: `day_table` is the partition, `side_table` what a load fills,
 * `undo_table` what an undo puts back.
 */
export function tableValues(subject: Subject): SqlValues {
  const { dataset, day } = subject;
  return {
    ...subjectValues(subject),
    day_table: new Identifier(`${dataset}_${compact(day)}`),
    side_table: new Identifier(`${dataset}_load`),
    undo_table: new Identifier(`${dataset}_undo`),
  };
}
