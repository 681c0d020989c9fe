/** Where the fields of a COPY go: which column or filler each is, and what is computed of them. */
import { VerticaError } from "../../engine.ts";
import { noColumn, unknown } from "../errors.ts";
import { Reader } from "../reader.ts";
import type { TableColumn } from "../tables.ts";
import type { VerticaType } from "../types.ts";
import type { CopyItem, CopyStatement } from "./options.ts";

/** A field of each record. */
export interface FieldTarget {
  name: string;
  type: VerticaType;
  /** Of a column; a filler takes NULL. */
  isNullable: boolean;
  isFiller: boolean;
  /** What stands for NULL. @default undefined for NULL itself */
  fallback?: string;
}

export interface Computed {
  name: string;
  expression: string;
}

export interface CopyTarget {
  /** In the order of the record's fields. */
  fields: FieldTarget[];
  computed: Computed[];
}

/** @throws VerticaError for columns that are not there, or twice, or missing though required */
export function targetOf(
  { items, table, parser }: CopyStatement,
  columns: readonly TableColumn[],
): CopyTarget {
  const list: CopyItem[] = items ?? columns.map(({ name }) => ({ kind: "column", name }));
  const byName = new Map(columns.map((column) => [column.name, column]));
  const fields: FieldTarget[] = [];
  const computed: Computed[] = [];
  const seen = new Set<string>();
  for (const item of list) {
    if (seen.has(item.name)) {
      throw new VerticaError("42701", 2484, `Column "${item.name}" specified more than once`);
    }
    seen.add(item.name);
    const column = byName.get(item.name);
    if (item.kind === "filler") {
      if (column !== undefined) {
        throw new VerticaError(
          "42701",
          2484,
          `Filler "${item.name}" has the name of a column of "${table.name}"`,
        );
      }
      fields.push({ name: item.name, type: item.type, isNullable: true, isFiller: true });
      continue;
    }
    if (column === undefined) throw noColumn(item.name);
    if (item.kind === "computed") computed.push(item);
    else fields.push({ ...column, isFiller: false });
  }
  if (parser.kind === "csv") checkCsvFields(fields);
  if (fields.length === 0) throw new VerticaError("42601", 2026, "COPY has no column to fill");
  return { fields, computed };
}

/**
 * Who loads UUIDs by FCSVPARSER into a real server reads them as texts and casts them
 * (markddrake/YADAMU on GitHub, `verticaStatementGenerator.js`), and numbers too, as some versions of
 * the parser misread those (`csvNumberParsingIssue` there).
 */
function checkCsvFields(fields: readonly FieldTarget[]): void {
  for (const { name, type } of fields) {
    if (type.name !== "uuid" && type.name !== "numeric") continue;
    throw unknown(`FCSVPARSER into "${name}" of type ${type.name.toUpperCase()}`);
  }
}

/**
 * The same with `column AS COALESCE(filler, 'text')` done as the filler is read, and `column AS
 * CAST(filler AS UUID)` left to PostgreSQL's COPY, which spares a table between: each field is a
 * column's then. Undefined where more than that is computed, or a filler is for more than one column,
 * or for none.
 */
export function withoutComputed({ fields, computed }: CopyTarget): FieldTarget[] | undefined {
  const byFiller = new Map<string, { name: string; fallback?: string }>();
  for (const { name, expression } of computed) {
    const found = coalesceOf(expression) ?? castOf(expression);
    if (found === undefined || byFiller.has(found.filler)) return undefined;
    const { filler, ...made } = found;
    byFiller.set(filler, { name, ...made });
  }
  const direct = fields.map((field) => {
    const made = byFiller.get(field.name);
    if (field.isFiller !== (made !== undefined)) return undefined;
    return made === undefined ? field : { ...field, ...made, isFiller: false };
  });
  const isWhole = direct.every((field) => field !== undefined);
  const used = fields.filter(({ isFiller }) => isFiller).length;
  return isWhole && used === byFiller.size ? direct : undefined;
}

function castOf(expression: string): { filler: string } | undefined {
  const reader = new Reader(expression);
  if (!reader.accept("cast", "(")) return undefined;
  const [name, ...rest] = reader.tokens.slice(reader.at);
  const isUuid = rest.map(({ text }) => text.toLowerCase()).join(" ") === "as uuid )";
  return name?.kind === "word" && isUuid ? { filler: name.value } : undefined;
}

function coalesceOf(expression: string): { filler: string; fallback: string } | undefined {
  const reader = new Reader(expression);
  if (!reader.accept("coalesce", "(") && !reader.accept("nvl", "(")) return undefined;
  const [name, comma, text, end] = reader.tokens.slice(reader.at);
  const isCoalesce = name?.kind === "word" && comma?.text === "," && text?.kind === "string" &&
    end?.text === ")" && reader.tokens.length === reader.at + 4;
  return isCoalesce ? { filler: name.value, fallback: text.value } : undefined;
}
