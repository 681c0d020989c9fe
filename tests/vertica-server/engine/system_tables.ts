/**
 * Tables and columns of v_catalog and v_monitor that this server has not, and Vertica may have: they are
 * refused as unknown here, not as absent there.
 */
import type { VerticaError } from "../engine.ts";
import { unknown } from "./errors.ts";
import { Reader } from "./reader.ts";

const SCHEMAS = ["v_catalog", "v_monitor", "v_internal"];

/** Those that are asked for without their schema (documentation, "Vertica system tables"). */
export const TABLES = new Set(
  `all_tables client_auth columns comments configuration_parameters constraint_columns
  current_session databases delete_vectors disk_storage epochs error_messages events foreign_keys grants host_resources
  load_sources load_streams lock_usage locks nodes partitions password_auditor password_parameters
  primary_keys profiles projection_columns projection_storage projections query_events query_profiles
  query_requests resource_pool_status resource_pools resource_queues resource_rejections roles schemata
  session_parameters session_profiles sessions storage_containers storage_locations system
  system_tables table_constraints tables transactions tuple_mover_operations types user_functions
  user_sessions users view_columns view_tables views`.split(/\s+/),
);

/**
 * The refusal in place of an error that says that a table or column is not there, where it is one of these.
 *
 * @param own tables of users that have such a name: a column that is not there is missing in them
 */
export function unknownOfSystem(
  error: VerticaError,
  sql: string,
  own: readonly string[],
): VerticaError | undefined {
  const name = /"([^"]+)"/.exec(error.message)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  if (error.sqlState === "42V01") {
    const [schema, table] = name.includes(".") ? name.split(".") : [undefined, name];
    const isSystem = schema === undefined ? TABLES.has(table!) : SCHEMAS.includes(schema);
    return isSystem ? unknown(`the system table ${name}`) : undefined;
  }
  if (error.sqlState !== "42703") return undefined;
  const words = new Set(new Reader(sql).tokens.map(({ value }) => value.toLowerCase()));
  const isSystem = SCHEMAS.some((schema) => words.has(schema)) ||
    [...TABLES].some((table) => words.has(table) && !own.includes(table));
  return isSystem ? unknown(`the column ${name} of a system table`) : undefined;
}
