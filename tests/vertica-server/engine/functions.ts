/** The functions of Vertica that this server knows; any other is refused. */
import { VerticaError } from "../engine.ts";
import { unknown } from "./errors.ts";
import type { Token } from "./lexer.ts";

/** The same in PostgreSQL for the types of {@link FACTS}, or made so by prelude_functions.sql. */
const KNOWN = new Set(
  `abs acos asin atan atan2 avg cast ceil ceiling coalesce concat cos cot count current_date current_schema
  current_session current_timestamp degrees exp ln pi power radians random sin tan throw_error
  current_trans_id current_user date date_part date_trunc dense_rank exists extract first_value floor getdate getutcdate greatest
  has_schema_privilege has_table_privilege hash ifnull initcap instr isnull lag last_value lead least left length lower lpad ltrim max md5 min mod
  now ntile nullif nullifzero nvl octet_length position rank regexp_like repeat replace right round
  row_number rpad rtrim session_user sign sleep split_part sqrt stddev strpos substr substring sum sum_float
  sysdate
  to_char to_date to_number to_timestamp translate trim trunc upper user variance version zeroifnull
  calendar_hierarchy_day`.split(/\s+/),
);

/** Those of PostgreSQL alone, as far as one might reach for them: Vertica knows no such function. */
const FOREIGN = new Set(
  `array_to_json array_to_string gen_random_uuid generate_series generate_subscripts json_agg
  json_build_object jsonb_agg jsonb_build_object jsonb_each make_date make_interval make_timestamp
  num_nonnulls nextval row_to_json setval string_agg string_to_array to_json to_jsonb to_regclass
  txid_current unnest`.split(/\s+/),
);

/** Words before a parenthesis that are no function. */
const NO_FUNCTION = new Set(
  `and any all as between by case distinct else end except exists from group having in intersect
  into is join like ilike limit minus not offset on or order over partition select set then union
  using values when where with sets rollup cube returning key unique check`.split(/\s+/),
);

/** @throws VerticaError for a word before a parenthesis that names no function known here */
export function checkFunction(sql: string, token: Token): void {
  const name = token.value.toLowerCase();
  if (KNOWN.has(name) || NO_FUNCTION.has(name)) return;
  if (FOREIGN.has(name) || name.startsWith("pg_") || /^jsonb?_/.test(name)) {
    throw new VerticaError(
      "42883",
      3457,
      `Function ${name}(...) does not exist, or permission is denied for ${name}(...)`,
    );
  }
  throw unknown(`the function ${name}`, sql, token.start);
}
