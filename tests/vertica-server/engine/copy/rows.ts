/** Records into rows that PostgreSQL's COPY takes, or reasons why not. */
import { VerticaError } from "../../engine.ts";
import type { EngineSwitches } from "../state.ts";
import type { CopyStatement } from "./options.ts";
import type { DataRecord, Field } from "./records.ts";
import type { FieldTarget } from "./target.ts";
import { readable, takeCsvValue, takeValue } from "./values.ts";

/** A line of COPY's text format, or why the row is rejected; `blank` is neither, and does not count. */
export type RowOutcome = { line: string } | { reason: string } | "blank";

export class RowMaker {
  readonly #statement: CopyStatement;
  readonly #fields: readonly FieldTarget[];
  /** By field: what stands for NULL, in COPY's text. */
  readonly #nulls: readonly string[];
  readonly #switches: EngineSwitches;
  /** By field of the target: which field of the record. With a header, by its names. */
  #places: (number | undefined)[] | undefined;

  constructor(
    statement: CopyStatement,
    fields: readonly FieldTarget[],
    { fallbacks, switches }: {
      fallbacks: readonly (string | null)[];
      switches: EngineSwitches;
    },
  ) {
    this.#statement = statement;
    this.#fields = fields;
    this.#nulls = fallbacks.map((text) => text === null ? "\\N" : escaped(text));
    this.#switches = switches;
  }

  /** The names of a header: columns that it has not are NULL. */
  setHeader({ fields }: DataRecord): void {
    const names = fields.map(({ text }) => readable(text).trim().toLowerCase());
    this.#places = this.#fields.map(({ name }) => {
      const place = names.indexOf(name);
      return place < 0 ? undefined : place;
    });
    if (this.#places.every((place) => place === undefined)) {
      throw new VerticaError("22023", 0, "COPY: the header names no column of the table");
    }
  }

  make(record: DataRecord): RowOutcome {
    const { parser } = this.#statement;
    const isCsv = parser.kind === "csv";
    if (isCsv && record.raw === "") return "blank";
    if (record.problem !== undefined) return { reason: record.problem };
    const given = record.fields.length;
    const wanted = this.#fields.length;
    if (this.#places === undefined && given !== wanted) {
      if (isCsv) return { reason: wrongNumber(given, wanted) };
      if (given > wanted) return { reason: "Too many columns found" };
      if (!parser.trailingNullColumns) return { reason: "Too few columns found" };
    }
    let line = "";
    for (let index = 0; index < this.#fields.length; index++) {
      const target = this.#fields[index]!;
      const place = this.#places === undefined ? index : this.#places[index];
      const taken = this.#take(place === undefined ? undefined : record.fields[place], target);
      if (taken instanceof Rejection) {
        return {
          reason: isCsv
            ? `Parse error in column ${index + 1}`
            : `${taken.reason}${taken.reason.endsWith(",") ? "" : " for"} column ${index + 1} ` +
              `(${target.name})`,
        };
      }
      if (taken === null && !target.isNullable) {
        if (isCsv && this.#switches.nullInCopy === "fail") {
          throw new VerticaError(
            "22004",
            2501,
            `Cannot set a NOT NULL column (${target.name}) to a NULL value in COPY statement`,
          );
        }
        return { reason: `Null value for NOT NULL column ${index + 1} (${target.name})` };
      }
      if (index > 0) line += "\t";
      line += taken === null ? this.#nulls[index] : isText(target) ? escaped(taken) : taken;
    }
    return { line: line + "\n" };
  }

  #take(field: Field | undefined, { type }: FieldTarget): string | null | Rejection {
    if (field === undefined) return null;
    const { parser, enforcesLength } = this.#statement;
    const text = parser.trims && !field.isQuoted ? field.text.trim() : field.text;
    if (this.#isNull(text, field.isQuoted)) return null;
    const taken = parser.kind === "csv"
      ? takeCsvValue(text, type, this.#switches.parserCuts)
      : takeValue(text, type, enforcesLength);
    if ("value" in taken) return taken.value;
    // What is too long or no text is no type error.
    const isTypeError = taken.reason.includes("format");
    return isTypeError && !parser.rejectsTypeErrors ? null : new Rejection(taken.reason);
  }

  #isNull(text: string, isQuoted: boolean): boolean {
    const { parser } = this.#statement;
    if (parser.kind === "delimited") return !isQuoted && text === parser.null;
    return text === "" && (!isQuoted || this.#switches.quotedEmpty === "null");
  }
}

/** In the words of FCSVPARSER's source, which takes one column too few for one too many. */
function wrongNumber(given: number, wanted: number): string {
  const which = given < wanted - 1 ? "FEWER" : "MORE";
  return `Wrong number of columns! COPYing ${wanted} columns from a source file containing: ` +
    `${which} columns.`;
}

/** Whether values may hold signs that COPY's text escapes. */
function isText({ type }: FieldTarget): boolean {
  return type.name === "varchar" || type.name === "long varchar" || type.name === "char";
}

class Rejection {
  constructor(readonly reason: string) {}
}

const SPECIAL = /[\\\t\n\r\v\f\b]/;
const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\v": "\\v",
  "\f": "\\f",
  "\b": "\\b",
};

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll(/[\\\t\n\r\v\f\b]/g, (sign) => ESCAPES[sign]!);
}
