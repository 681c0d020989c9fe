/**
 * The shape of a table, as far as a swap of partitions asks that two tables have the same (Vertica
 * documentation, SWAP_PARTITIONS_BETWEEN_TABLES, "Requirements").
 */
import columnsSql from "../../../../sql/warehouse/vertica/shape_columns.sql" with { type: "text" };
import keysSql from "../../../../sql/warehouse/vertica/shape_keys.sql" with { type: "text" };
import partitionsSql from "../../../../sql/warehouse/vertica/shape_partitions.sql" with {
  type: "text",
};
import projectionsSql from "../../../../sql/warehouse/vertica/shape_projections.sql" with {
  type: "text",
};
import type { DatasetName } from "../../../events/dataset.ts";
import * as is from "../../../sql/columns.ts";
import { readUndo } from "../load/swap.ts";
import { verticaQuery } from "../query.ts";
import type { VerticaScope } from "../scope.ts";
import { sideTable } from "../variables.ts";

const COLUMNS = verticaQuery("shape_columns", columnsSql, {
  columnName: is.text,
  dataType: is.text,
  isNullable: is.boolean,
});
const KEYS = verticaQuery("shape_keys", keysSql, {
  constraintName: is.text,
  constraintType: is.text,
  columnName: is.text,
});
const PARTITIONS = verticaQuery("shape_partitions", partitionsSql, {
  partitionExpression: is.nullable(is.text),
  partitionGroupExpression: is.nullable(is.text),
});
const PROJECTIONS = verticaQuery("shape_projections", projectionsSql, {
  projectionName: is.text,
  isSegmented: is.boolean,
  segmentExpression: is.nullable(is.text),
  columnName: is.text,
});

/** One line for each thing that must agree, without the table's own name. */
type Shape = string[];

/**
 * Compares the side table that holds the dataset's undo with its target.
 *
 * @returns what one of them has and the other has not; undefined where no undo is kept
 */
export async function shapeDifferences(
  scope: VerticaScope,
  dataset: DatasetName,
): Promise<string[] | undefined> {
  const kept = await readUndo(scope, dataset);
  if (kept === undefined) return undefined;
  return await scope.session.transaction(async () => {
    const side = await shapeOf(scope, sideTable(dataset, kept.sideLoadId));
    const target = await shapeOf(scope, dataset);
    return [...only("side table", side, target), ...only("target", target, side)];
  });
}

function only(name: string, one: Shape, other: Shape): string[] {
  return one.filter((line) => !other.includes(line)).map((line) => `only the ${name}: ${line}`);
}

async function shapeOf(scope: VerticaScope, table: string): Promise<Shape> {
  const values = { table_name: table };
  const columns = await scope.select(COLUMNS, values);
  const partitions = await scope.selectFirst(PARTITIONS, values);
  const keys = new Map<string, string[]>();
  for (const row of await scope.select(KEYS, values)) {
    const key = `${row.constraintType} ${row.constraintName}`;
    keys.set(key, [...keys.get(key) ?? [], row.columnName]);
  }
  const projections = new Map<string, string[]>();
  for (const row of await scope.select(PROJECTIONS, values)) {
    const lines = projections.get(row.projectionName) ?? [
      row.isSegmented ? `segmented by ${row.segmentExpression}` : "unsegmented",
    ];
    projections.set(row.projectionName, [...lines, row.columnName]);
  }
  const shape = [
    ...columns.map(({ columnName, dataType, isNullable }, index) =>
      `column ${index + 1} ${columnName} ${dataType}${isNullable ? "" : " NOT NULL"}`
    ),
    `partitioned by ${partitions?.partitionExpression}`,
    `grouped by ${partitions?.partitionGroupExpression}`,
    ...[...keys].map(([key, names]) => `key ${key} (${names.join(", ")})`),
    `${projections.size} projections`,
    ...[...projections.values()].map(([segmented, ...sorted]) =>
      `projection ${segmented}, sorted by ${sorted.join(", ")}`
    ),
  ];
  return shape.map((line) => line.replaceAll(`${table}.`, ""));
}
