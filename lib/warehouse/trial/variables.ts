/** What the variables of the scripts of a trial stand for. */
import {
  Clause,
  Identifier,
  SqlTemplate,
  type SqlValue,
  type SqlValues,
} from "../../sql/template.ts";
import { ENFORCED } from "../enforced_length.ts";
import { schemaValues, tablePath, type WarehouseSchemas } from "../variables.ts";
import { mapSql } from "./script.ts";

/** Where a trial runs, and the key in the names of its tables. */
export interface TrialPlace {
  schemas: WarehouseSchemas;
  key: string;
}

/** Of scripts that are shown to somebody: a run has a key of its own. */
const EXAMPLE_KEY = "0123456789ab";
const EXAMPLE_SCHEMAS = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };

/** Thrown for a variable that no statement gave a value. */
export class NoValue extends Error {
  constructor(name: string) {
    super(`no statement gave ${name}`);
  }
}

/**
 * A statement to be run.
 *
 * @param values of variables that are no names of the run's own
 * @throws NoValue
 */
export function filledStatement(sql: string, place: TrialPlace, values: SqlValues): string {
  const template = new SqlTemplate(sql);
  const all = { ...valuesOf(template, place), ...values };
  const missing = template.variables.find((name) => all[name] === undefined);
  if (missing !== undefined) throw new NoValue(missing);
  return template.withLiterals(all);
}

/**
 * A statement, or a script, to be read: with an example's key, and with the variables whose values only a
 * run knows.
 *
 * @param schemas @default those that finpipe has where none are named
 */
export function shownSql(sql: string, schemas: WarehouseSchemas = EXAMPLE_SCHEMAS): string {
  return mapSql(sql, (part) => {
    const template = new SqlTemplate(part);
    const left = template.variables.map((name) => [name, new Clause(`:${name}`)]);
    const own = valuesOf(template, { schemas, key: EXAMPLE_KEY });
    return template.withLiterals({ ...Object.fromEntries(left), ...own });
  });
}

/** The schemas, the names of the run's own, and ENFORCELENGTH. */
function valuesOf({ variables }: SqlTemplate, place: TrialPlace): SqlValues {
  const own = variables.flatMap((variable): [string, SqlValue][] => {
    const [, name, form] = /^trial_(\w+?)(?:_(name|path))?$/.exec(variable) ?? [];
    return name === undefined ? [] : [[variable, valueOf(name, form, place)]];
  });
  return { ...schemaValues(place.schemas), ...ENFORCED, ...Object.fromEntries(own) };
}

/**
 * What is the run's own has its key: `trial_lines` is a table, `trial_lines_name` its name as a text,
 * `trial_lines_path` the same with the staging schema. `trial_schema` is a schema that nobody made,
 * `trial_label_2` the label of a session.
 */
function valueOf(name: string, form: string | undefined, { schemas, key }: TrialPlace): SqlValue {
  if (name.startsWith("label_")) return `finpipe:trial:${key}:${name.slice("label_".length)}`;
  const full = name === "schema" ? `finpipe_trial_${key}` : `finpipe_trial_${key}_${name}`;
  if (form === "name") return full;
  return form === "path" ? tablePath(schemas.stagingSchema, full) : new Identifier(full);
}
