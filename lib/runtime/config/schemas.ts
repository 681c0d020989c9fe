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

/** What both databases take unquoted; 63 bytes is PostgreSQL's limit. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Taken by the staging end, which shares the embedded database, and by the database itself. */
const TAKEN = /^(stg|finpipe|information_schema|pg_.*)$/i;

/** The names as set, or the defaults; not judged. */
export function schemaNames(source: ConfigSource): SchemaNames {
  return {
    stagingSchema: variable(source, STAGING) ?? "finpipe_staging",
    martSchema: variable(source, MART) ?? "finpipe_mart",
  };
}

/** Reports names that are no plain identifiers, that are taken, or that are the same. */
export function judgeSchemaNames(
  { stagingSchema, martSchema }: SchemaNames,
  problems: Problems,
): void {
  for (const [origin, name] of [[STAGING, stagingSchema], [MART, martSchema]] as const) {
    const report = problems.of(origin);
    if (!PLAIN.test(name)) {
      report(`"${name}" is not a plain name`, "Use up to 63 letters, digits and underscores");
    } else if (TAKEN.test(name)) {
      report(`"${name}" is taken`, "Use another name");
    }
  }
  // Both have a table `currencies`; unquoted, names differ by more than case.
  if (stagingSchema.toLowerCase() === martSchema.toLowerCase()) {
    problems.of(MART)(`it is the same as ${STAGING}`, "Give the two schemas different names");
  }
}
