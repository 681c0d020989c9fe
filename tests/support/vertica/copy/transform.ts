/**
 * COPY without its ends: bytes of the client in, rows for PostgreSQL and rejected rows out. Pure, and
 * as large as its longest record: what comes out is taken before more is put in.
 */
import { VerticaError } from "../engine.ts";
import type { TypeSpec } from "../types.ts";
import { type Check, checkOf } from "./checks.ts";
import { CopyText } from "./copy_text.ts";
import { CsvRecords } from "./csv_records.ts";
import { DelimitedRecords } from "./delimited_records.ts";
import { FieldForm, type RecordCut, type RecordCutter } from "./record.ts";
import { Slot } from "./slot.ts";
import type { CopyStatement } from "./statement.ts";
import { bindTargets, type CopyTarget, planOf } from "./plan.ts";

/** A column of the table that is loaded. */
export interface TableColumn {
  name: string;
  type: TypeSpec;
  isNullable: boolean;
}

/** A row that was not taken. */
export interface RejectedRow {
  /** From 1, empty records not counted. */
  row: number;
  /** The record as it came, without its terminator. */
  data: Uint8Array;
  reason: string;
}

interface Input {
  name: string;
  check: Check;
  slot: Slot;
  isText: boolean;
}

export class CopyTransform {
  /** Columns of the table, in the order in which values come out. */
  readonly columns: readonly string[];
  accepted = 0;
  rejected = 0;
  readonly #statement: CopyStatement;
  readonly #cutter: RecordCutter;
  readonly #inputs: Input[];
  readonly #targets: CopyTarget[];
  readonly #reject: (row: RejectedRow) => void;
  readonly #out = new CopyText();
  readonly #nullString: string;
  #scratch = new Uint8Array(1024);
  #row = 0;
  #left: number;

  /**
   * @param columns of the table, in its order
   * @param reject takes a rejected row; its bytes are its own
   * @throws VerticaError where the statement does not fit the table
   */
  constructor(
    statement: CopyStatement,
    columns: readonly TableColumn[],
    reject: (row: RejectedRow) => void,
  ) {
    const { parser } = statement;
    const plan = planOf(statement, columns);
    this.#statement = statement;
    this.#reject = reject;
    this.#cutter = parser.kind === "csv" ? new CsvRecords() : new DelimitedRecords(parser);
    this.#nullString = parser.kind === "csv" ? "" : parser.nullString;
    this.#left = statement.skip + (parser.kind === "csv" && parser.header ? 1 : 0);
    this.#inputs = plan.inputs.map(({ name, type }) => ({
      name,
      check: checkOf(type, statement),
      slot: new Slot(),
      isText: ["char", "varchar", "long varchar"].includes(type.base),
    }));
    this.#targets = bindTargets(
      plan,
      new Map(this.#inputs.map((input) => [input.name, input.slot])),
      statement,
    );
    this.columns = this.#targets.map((target) => target.name);
  }

  /**
   * Reads the records that are whole now.
   *
   * @returns rows for PostgreSQL's COPY; empty where there are none yet
   * @throws VerticaError where a record has no end, or the statement allows no more rejected rows
   */
  push(chunk: Uint8Array): Uint8Array {
    this.#cutter.push(chunk);
    this.#read(false);
    return this.#out.take();
  }

  /** Reads what is left. */
  end(): Uint8Array {
    this.#read(true);
    return this.#out.take();
  }

  #read(isLast: boolean): void {
    while (true) {
      const cut = this.#nextRecord(isLast);
      if (cut === undefined) return;
      if (this.#left > 0) {
        this.#left--;
      } else if (cut.fields > 0 || cut.problem !== undefined) {
        this.#row++;
        const problem = cut.problem ?? this.#problemOf(cut);
        if (problem === undefined) this.#take();
        else this.#refuse(cut, problem);
      }
    }
  }

  #nextRecord(isLast: boolean): RecordCut | undefined {
    try {
      return this.#cutter.next(isLast);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VerticaError("22V04", 2035, `COPY: Input record ${this.#row + 1} has no end`);
    }
  }

  #problemOf(cut: RecordCut): string | undefined {
    const inputs = this.#inputs;
    const { parser } = this.#statement;
    if (cut.fields > inputs.length) return "Too many columns found";
    const mayBeFewer = parser.kind === "delimited" && parser.trailingNullCols;
    if (cut.fields < inputs.length && !mayBeFewer) return "Too few columns found";
    this.#makeRoom(cut.end - cut.start);
    let used = 0;
    for (let i = 0; i < inputs.length; i++) {
      const { slot, check, name, isText } = inputs[i]!;
      if (i >= cut.fields) {
        slot.isNull = true;
        continue;
      }
      used += this.#fill(slot, cut, i, used);
      if (parser.kind === "csv" && parser.trim) slot.trim();
      if (this.#isNull(slot, cut.forms[i]!, isText)) {
        slot.isNull = true;
        continue;
      }
      const problem = check(slot);
      if (problem === undefined) continue;
      if (parser.kind === "csv" && !parser.rejectOnTypeError && !isText) slot.isNull = true;
      else return `${problem} for column ${i + 1} (${name})`;
    }
    return this.#problemOfTargets();
  }

  #problemOfTargets(): string | undefined {
    for (const target of this.#targets) {
      const problem = target.evaluate();
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Sets the value of a field; returns the bytes that were unescaped for it. */
  #fill(slot: Slot, cut: RecordCut, field: number, used: number): number {
    const form = cut.forms[field]!;
    if (form === FieldForm.Plain || form === FieldForm.Quoted) {
      slot.set(cut.bytes, cut.starts[field]!, cut.ends[field]!);
      return 0;
    }
    const length = this.#cutter.unescape(cut, field, this.#scratch, used);
    slot.set(this.#scratch, used, used + length);
    return length;
  }

  /**
   * fcsvparser: an empty field is NULL, also in quotes. No page says which it is there, so it is the
   * one that a client must be prepared for. COPY's own parser: what is in quotes is a value.
   */
  #isNull(slot: Slot, form: FieldForm, isText: boolean): boolean {
    const { parser } = this.#statement;
    if (parser.kind === "csv") return slot.start === slot.end;
    if (form !== FieldForm.Plain) return false;
    if (slot.end - slot.start === 0) return this.#nullString === "" || !isText;
    return this.#nullString !== "" && slot.end - slot.start <= this.#nullString.length * 3 &&
      slot.text() === this.#nullString;
  }

  #take(): void {
    this.accepted++;
    const last = this.#targets.length - 1;
    for (let i = 0; i <= last; i++) this.#out.value(this.#targets[i]!.slot, i === last);
  }

  #refuse(cut: RecordCut, reason: string): void {
    const { abortOnError, rejectMax } = this.#statement;
    this.rejected++;
    if (abortOnError) {
      throw new VerticaError(
        "22V04",
        2035,
        `COPY: Input record ${this.#row} has been rejected (${reason})`,
      );
    }
    this.#reject({ row: this.#row, data: cut.bytes.slice(cut.start, cut.end), reason });
    if (rejectMax !== undefined && this.rejected >= rejectMax) {
      throw new VerticaError(
        "22V04",
        7225,
        `COPY: Input rejected ${this.rejected} rows, REJECTMAX is ${rejectMax}`,
      );
    }
  }

  #makeRoom(length: number): void {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
  }
}
