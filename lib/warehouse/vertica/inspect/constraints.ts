/** What is enforced of a table and what it refers to, which a swap of partitions does not ask for. */
import constraintsSql from "../../../../sql/warehouse/vertica/shape_constraints.sql" with {
  type: "text",
};
import * as is from "../../../sql/columns.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";

const CONSTRAINTS = verticaQuery("shape_constraints", constraintsSql, {
  constraintName: is.text,
  constraintType: is.text,
  isEnabled: is.nullable(is.boolean),
  columnName: is.text,
  referenceTableName: is.nullable(is.text),
  referenceColumnName: is.nullable(is.text),
});

/**
 * A line for each key that is enforced, and for each column that refers to another table, in the
 * transaction that is open.
 */
export async function constraintsOf(
  scope: VerticaScope,
  schema: string,
  table: string,
): Promise<string[]> {
  const values = { schema_name: schema, table_name: table };
  const enforced = new Map<string, string[]>();
  const references: string[] = [];
  for (const row of await scope.select(CONSTRAINTS, values)) {
    const { constraintName, constraintType, isEnabled, columnName } = row;
    if (constraintType === "f") {
      const { referenceTableName: other, referenceColumnName: column } = row;
      references.push(`${columnName} references ${other} (${column}), ${constraintName}`);
    } else if (isEnabled === true) {
      const key = `${constraintType} ${constraintName}`;
      enforced.set(key, [...enforced.get(key) ?? [], columnName]);
    }
  }
  return [
    ...[...enforced.values()].map((names) => `enforced (${names.join(", ")})`),
    ...references,
  ];
}
