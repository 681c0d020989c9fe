/** Which fields a COPY reads, and what becomes a value of which column. */
import { VerticaError } from "../engine.ts";
import type { TypeSpec } from "../types.ts";
import { checkOf } from "./checks.ts";
import type { CopyExpression } from "./expression.ts";
import { Slot } from "./slot.ts";
import type { CopyStatement } from "./statement.ts";
import type { TableColumn } from "./transform.ts";

export interface CopyPlan {
  /** Fields of a record, in order. */
  inputs: { name: string; type: TypeSpec }[];
  targets: { column: TableColumn; expression: CopyExpression }[];
}

/** A column of the table that gets values. */
export interface CopyTarget {
  name: string;
  slot: Slot;
  /** Computes the value of the current row; returns why there is none. */
  evaluate(): string | undefined;
}

/** @throws VerticaError where the statement names what the table does not have */
export function planOf(statement: CopyStatement, columns: readonly TableColumn[]): CopyPlan {
  const listed = statement.columns ??
    columns.map(({ name }) => ({ kind: "field" as const, name }));
  const plan: CopyPlan = { inputs: [], targets: [] };
  for (const item of listed) {
    if (plan.inputs.some((input) => input.name === item.name && item.kind !== "computed")) {
      throw new VerticaError("42701", 2675, `Column "${item.name}" specified more than once`);
    }
    if (item.kind === "filler") {
      plan.inputs.push({ name: item.name, type: item.type });
      continue;
    }
    const column = columns.find(({ name }) => name === item.name);
    if (column === undefined) {
      throw new VerticaError(
        "42703",
        2624,
        `Column "${item.name}" of relation "${statement.table.name}" does not exist`,
      );
    }
    if (item.kind === "field") plan.inputs.push({ name: item.name, type: column.type });
    const expression = item.kind === "field"
      ? { kind: "name" as const, name: item.name }
      : item.expression;
    plan.targets.push({ column, expression });
  }
  return plan;
}

/** @throws VerticaError where an expression names what is no field */
export function bindTargets(
  plan: CopyPlan,
  slots: ReadonlyMap<string, Slot>,
  statement: CopyStatement,
): CopyTarget[] {
  return plan.targets.map(({ column, expression }) => {
    const isPlain = expression.kind === "name" && expression.name === column.name;
    const value = bind(expression, slots);
    const check = checkOf(column.type, statement);
    const slot = new Slot();
    const nullProblem = `Cannot set NOT NULL column (${column.name}) to a NULL value`;
    return {
      name: column.name,
      slot,
      evaluate() {
        const from = value();
        slot.isNull = from === undefined || from.isNull;
        if (slot.isNull) return column.isNullable ? undefined : nullProblem;
        slot.set(from!.bytes, from!.start, from!.end);
        if (isPlain) return undefined;
        const problem = check(slot);
        return problem === undefined ? undefined : `${problem} for column (${column.name})`;
      },
    };
  });
}

type Value = () => Slot | undefined;

function bind(expression: CopyExpression, slots: ReadonlyMap<string, Slot>): Value {
  switch (expression.kind) {
    case "name": {
      const slot = slots.get(expression.name);
      if (slot === undefined) {
        throw new VerticaError("42703", 2624, `Column "${expression.name}" does not exist`);
      }
      return () => slot;
    }
    case "constant": {
      if (expression.value === null) return () => undefined;
      const bytes = new TextEncoder().encode(expression.value);
      const slot = new Slot();
      slot.set(bytes, 0, bytes.length);
      return () => slot;
    }
    case "coalesce": {
      const values = expression.arguments.map((argument) => bind(argument, slots));
      return () => {
        for (const value of values) {
          const slot = value();
          if (slot !== undefined && !slot.isNull) return slot;
        }
        return undefined;
      };
    }
  }
}
