/** What two tables must agree in for partitions to go from one to the other. */
import type { Backend } from "./backend.ts";
import { columnsOf, type Table } from "./tables.ts";
import { typeText } from "./types.ts";

/** What they differ in, for a person (documentation, SWAP_PARTITIONS_BETWEEN_TABLES, "Requirements"). */
export async function differences(
  backend: Backend,
  one: Table,
  other: Table,
): Promise<string[]> {
  const shapes = [await shapeOf(backend, one), await shapeOf(backend, other)];
  return Object.keys(shapes[0]!).filter((part) => shapes[0]![part] !== shapes[1]![part]);
}

async function shapeOf(backend: Backend, table: Table): Promise<Record<string, string>> {
  const columns = await columnsOf(backend, table);
  const values = [table.oid];
  const [partitions] = (await backend.query(
    "SELECT partition_by, group_by FROM v_engine_catalog.tables WHERE table_oid = $1",
    values,
  )).rows;
  const projections = (await backend.query(
    `SELECT segmentation, sort, columns FROM v_engine_catalog.projections
     WHERE table_oid = $1 ORDER BY 1 NULLS FIRST, 2, 3`,
    values,
  )).rows;
  const keys = (await backend.query(
    // The page names primary and unique keys, and no foreign ones.
    `SELECT kind, columns FROM v_engine_catalog.keys
     WHERE table_oid = $1 AND kind <> 'f' ORDER BY 1, 2`,
    values,
  )).rows;
  const checks = (await backend.query(
    `SELECT pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = $1 AND contype = 'c' ORDER BY 1`,
    values,
  )).rows;
  return {
    "column definitions": columns.map(({ name, type, isNullable }) =>
      `${name} ${typeText(type)} ${isNullable}`
    ).join(),
    "partition clause": JSON.stringify(partitions ?? null),
    "number of projections": String(projections.length),
    segmentation: JSON.stringify(projections.map(([segmentation]) => segmentation)),
    "projection sort order": JSON.stringify(projections.map(([, sort]) => sort)),
    "key constraints": JSON.stringify(keys),
    "check constraints": JSON.stringify(checks),
  };
}
