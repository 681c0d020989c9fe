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
import type { VerticaScope } from "../scope.ts";
import { sideTable } from "../statements.ts";
import { readUndo } from "../load/swap.ts";

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
  const values = { staging_schema: scope.schemas.stagingSchema, table_name: table };
  const columns = await scope.run(columnsSql, values);
  const [partitions] = await scope.run(partitionsSql, values);
  const keys = new Map<string, string[]>();
  for (const row of await scope.run(keysSql, values)) {
    const key = `${row.constraint_type} ${row.constraint_name}`;
    keys.set(key, [...keys.get(key) ?? [], row.column_name!]);
  }
  const projections = new Map<string, string[]>();
  for (const row of await scope.run(projectionsSql, values)) {
    const lines = projections.get(row.projection_name!) ?? [
      row.is_segmented === "t" ? `segmented by ${row.segment_expression}` : "unsegmented",
    ];
    projections.set(row.projection_name!, [...lines, row.column_name!]);
  }
  const shape = [
    ...columns.map((row, index) =>
      `column ${index + 1} ${row.column_name} ${row.data_type}` +
      (row.is_nullable === "t" ? "" : " NOT NULL")
    ),
    `partitioned by ${partitions?.partition_expression}`,
    `grouped by ${partitions?.partition_group_expression}`,
    ...[...keys].map(([key, names]) => `key ${key} (${names.join(", ")})`),
    `${projections.size} projections`,
    ...[...projections.values()].map(([segmented, ...sorted]) =>
      `projection ${segmented}, sorted by ${sorted.join(", ")}`
    ),
  ];
  return shape.map((line) => line.replaceAll(`${table}.`, ""));
}
