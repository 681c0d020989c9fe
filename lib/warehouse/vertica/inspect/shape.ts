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
export type Shape = string[];

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
  const { stagingSchema } = scope.schemas;
  return await scope.transaction(async () => {
    const side = await shapeOf(scope, stagingSchema, sideTable(dataset, kept.sideLoadId));
    const target = await shapeOf(scope, stagingSchema, dataset);
    return [...only("side table", side, target), ...only("target", target, side)];
  });
}

function only(name: string, one: Shape, other: Shape): string[] {
  return one.filter((line) => !other.includes(line)).map((line) => `only the ${name}: ${line}`);
}

/**
 * The shape of a table, in the transaction that is open. Lines begin with what they are about: `column`,
 * `partitioned`, `grouped`, `key`, `projections`, and of each projection `sorted` and its segmentation.
 */
export async function shapeOf(scope: VerticaScope, schema: string, table: string): Promise<Shape> {
  const values = { schema_name: schema, table_name: table };
  const columns = await scope.select(COLUMNS, values);
  const partitions = await scope.selectFirst(PARTITIONS, values);
  const keys = new Map<string, string[]>();
  for (const { constraintName, constraintType, columnName } of await scope.select(KEYS, values)) {
    const key = `${constraintType} ${constraintName}`;
    keys.set(key, [...keys.get(key) ?? [], columnName]);
  }
  const projections = new Map<string, { segmentation: string; sorted: string[] }>();
  for (const row of await scope.select(PROJECTIONS, values)) {
    const { projectionName, isSegmented, segmentExpression, columnName } = row;
    const segmentation = isSegmented ? `segmented by ${segmentExpression}` : "unsegmented";
    const { sorted } = projections.get(projectionName) ?? { sorted: [] };
    projections.set(projectionName, { segmentation, sorted: [...sorted, columnName] });
  }
  const shape = [
    ...columns.map(({ columnName, dataType, isNullable }, index) =>
      `column ${index + 1} ${columnName} ${dataType}${isNullable ? "" : " NOT NULL"}`
    ),
    ...line("partitioned by", partitions?.partitionExpression),
    ...line("grouped by", partitions?.partitionGroupExpression),
    ...[...keys].map(([key, names]) => `key ${key.split(" ")[0]} (${names.join(", ")})`),
    `projections ${projections.size}`,
    ...[...projections.values()].flatMap(({ segmentation, sorted }) => [
      segmentation,
      `sorted by ${sorted.join(", ")}`,
    ]),
  ];
  return shape.map((line) => line.replaceAll(`${table}.`, ""));
}

/** None where the catalogue says nothing. */
function line(what: string, said: string | null | undefined): Shape {
  return said ? [`${what} ${said}`] : [];
}
