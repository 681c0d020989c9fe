/** Names of the warehouse's schemas. */
import type { Problems } from "./problems.ts";
import { type ConfigSource, variable } from "./source.ts";

/** The warehouse's schemas. */
export interface SchemaNames {
  /** Loaded days, and finpipe's records of loads. */
  stagingSchema: string;
  /** Core and mart. */
  martSchema: string;
}

const STAGING = "FINPIPE_STAGING_SCHEMA";
const MART = "FINPIPE_MART_SCHEMA";
/** All variables that name one. */
export const SCHEMA_VARIABLES = [STAGING, MART];

/** What both databases take unquoted; 63 bytes is PostgreSQL's limit. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Names that staging uses, which shares the embedded database, or the database itself. */
const TAKEN = /^(stg|finpipe|information_schema|pg_.*)$/i;

/**
 * Words of SQL that PostgreSQL does not accept as a name without quotes (18, `pg_get_keywords()`, R
 * and T).
 */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check
  collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign freeze from full grant group having ilike in
  initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
  references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`
    .split(/\s+/),
);

/** The names as set, or the defaults; not checked. */
export function schemaNames(source: ConfigSource): SchemaNames {
  return {
    stagingSchema: variable(source, STAGING) ?? "finpipe_staging",
    martSchema: variable(source, MART) ?? "finpipe_mart",
  };
}

/** Reports names that are not plain identifiers, that are in use or reserved, or that are equal. */
export function judgeSchemaNames(
  { stagingSchema, martSchema }: SchemaNames,
  problems: Problems,
): void {
  for (const [origin, name] of [[STAGING, stagingSchema], [MART, martSchema]] as const) {
    const report = problems.of(origin);
    if (!PLAIN.test(name)) {
      report(`"${name}" is not a plain name`, "Use up to 63 letters, digits and underscores");
    } else if (TAKEN.test(name)) {
      report(`"${name}" is a name that finpipe or the database uses itself`, "Use another name");
    } else if (RESERVED.has(name.toLowerCase())) {
      report(`"${name}" is a reserved word of SQL`, "Use another name");
    }
  }
  // Both have a table `currencies`; unquoted, names differ by more than case.
  if (stagingSchema.toLowerCase() === martSchema.toLowerCase()) {
    problems.of(MART)(`it is the same as ${STAGING}`, "Give the two schemas different names");
  }
}
