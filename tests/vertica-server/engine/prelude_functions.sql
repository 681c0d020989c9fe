-- What makes PostgreSQL count, add and sort as Vertica does. The schema v_engine stands before
-- pg_catalog in the search path, so that its operators and functions come first. __PREFIX__ is put in.
CREATE SCHEMA v_engine;
GRANT USAGE ON SCHEMA v_engine TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;

-- INTEGER has 64 bits: the sum of two literals too, which PostgreSQL takes for 32 bits.
CREATE FUNCTION v_engine.add(integer, integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1::bigint OPERATOR(pg_catalog.+) $2';
CREATE FUNCTION v_engine.subtract(integer, integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1::bigint OPERATOR(pg_catalog.-) $2';
CREATE FUNCTION v_engine.multiply(integer, integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1::bigint OPERATOR(pg_catalog.*) $2';
CREATE FUNCTION v_engine.add_days(date, bigint) RETURNS date LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1 OPERATOR(pg_catalog.+) $2::integer';
CREATE FUNCTION v_engine.subtract_days(date, bigint) RETURNS date LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1 OPERATOR(pg_catalog.-) $2::integer';
CREATE OPERATOR v_engine.+ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = v_engine.add);
CREATE OPERATOR v_engine.- (LEFTARG = integer, RIGHTARG = integer, FUNCTION = v_engine.subtract);
CREATE OPERATOR v_engine.* (LEFTARG = integer, RIGHTARG = integer, FUNCTION = v_engine.multiply);
CREATE OPERATOR v_engine.+ (LEFTARG = date, RIGHTARG = bigint, FUNCTION = v_engine.add_days);
CREATE OPERATOR v_engine.- (LEFTARG = date, RIGHTARG = bigint, FUNCTION = v_engine.subtract_days);

-- int / int gives NUMERIC, int // int an integer (documentation, "Mathematical operators").
CREATE FUNCTION v_engine.divide(bigint, bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT round($1::numeric(38, 18) OPERATOR(pg_catalog./) $2::numeric, 18)';
CREATE FUNCTION v_engine.divide_whole(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1 OPERATOR(pg_catalog./) $2';
CREATE FUNCTION v_engine.divide(integer, integer) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT v_engine.divide($1::bigint, $2::bigint)';
CREATE FUNCTION v_engine.divide(bigint, integer) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT v_engine.divide($1, $2::bigint)';
CREATE FUNCTION v_engine.divide(integer, bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT v_engine.divide($1::bigint, $2)';
CREATE OPERATOR v_engine./ (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = v_engine.divide);
CREATE OPERATOR v_engine./ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = v_engine.divide);
CREATE OPERATOR v_engine./ (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = v_engine.divide);
CREATE OPERATOR v_engine./ (LEFTARG = integer, RIGHTARG = bigint, FUNCTION = v_engine.divide);
CREATE OPERATOR v_engine.// (
  LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = v_engine.divide_whole
);

-- SUM of INTEGER is an INTEGER, added up with more bits: it overflows at the end alone (documentation,
-- "Numeric data types"). AVG is a FLOAT.
CREATE FUNCTION v_engine.sum_end(numeric) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN $1::bigint;
EXCEPTION WHEN numeric_value_out_of_range THEN
  RAISE 'Sum() overflowed' USING ERRCODE = '22V03', HINT = 'Try sum_float() instead';
END $$;
CREATE AGGREGATE v_engine.sum(bigint) (
  SFUNC = pg_catalog.int8_sum, STYPE = numeric, FINALFUNC = v_engine.sum_end
);
CREATE FUNCTION v_engine.sum_step(numeric, integer) RETURNS numeric LANGUAGE sql IMMUTABLE
  AS 'SELECT pg_catalog.int8_sum($1, $2::bigint)';
CREATE AGGREGATE v_engine.sum(integer) (
  SFUNC = v_engine.sum_step, STYPE = numeric, FINALFUNC = v_engine.sum_end
);
CREATE AGGREGATE v_engine.sum_float(double precision) (SFUNC = float8pl, STYPE = double precision);
CREATE FUNCTION v_engine.average(numeric[]) RETURNS double precision LANGUAGE sql IMMUTABLE
  AS 'SELECT (CASE WHEN $1[1] > 0 THEN $1[2] OPERATOR(pg_catalog./) $1[1] END)::double precision';
CREATE FUNCTION v_engine.average_step(numeric[], bigint) RETURNS numeric[] LANGUAGE sql IMMUTABLE
  AS 'SELECT CASE WHEN $2 IS NULL THEN $1
    ELSE ARRAY[$1[1] OPERATOR(pg_catalog.+) 1, $1[2] OPERATOR(pg_catalog.+) $2] END';
CREATE AGGREGATE v_engine.avg(bigint) (
  SFUNC = v_engine.average_step, STYPE = numeric[], FINALFUNC = v_engine.average, INITCOND = '{0,0}'
);
CREATE FUNCTION v_engine.average_step(numeric[], integer) RETURNS numeric[] LANGUAGE sql IMMUTABLE
  AS 'SELECT v_engine.average_step($1, $2::bigint)';
CREATE AGGREGATE v_engine.avg(integer) (
  SFUNC = v_engine.average_step, STYPE = numeric[], FINALFUNC = v_engine.average, INITCOND = '{0,0}'
);

-- Deterministic and order sensitive, from 0 to 2^63 - 1; not the numbers that Vertica gives.
CREATE FUNCTION v_engine.hash("row" text) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS 'SELECT hashtextextended($1, 0) & 9223372036854775807';

CREATE FUNCTION v_engine.too_long(bytes integer, type text) RETURNS boolean LANGUAGE plpgsql
IMMUTABLE AS $$
BEGIN
  IF bytes IS NULL THEN RETURN NULL; END IF;
  RAISE '%', 'String of ' || bytes || ' octets is too long for type ' || initcap(type)
    USING ERRCODE = '22V01';
END $$;

-- Users are roles of PostgreSQL whose names begin with the database's prefix, as roles are shared.
CREATE FUNCTION v_engine.user_of(role name) RETURNS text LANGUAGE sql IMMUTABLE
  AS 'SELECT CASE WHEN starts_with($1::text, ''__PREFIX__'')
    THEN substr($1::text, length(''__PREFIX__'') OPERATOR(pg_catalog.+) 1) ELSE ''dbadmin'' END';
CREATE FUNCTION v_engine.current_user_name() RETURNS varchar LANGUAGE sql STABLE
  AS 'SELECT v_engine.user_of(current_user)::varchar';
-- In Vertica's range of numbers: the node's in the upper bits.
CREATE FUNCTION v_engine.current_trans_id() RETURNS bigint LANGUAGE sql STABLE
  AS 'SELECT 45035996273704960 OPERATOR(pg_catalog.+) txid_current()';
CREATE FUNCTION v_engine.version() RETURNS varchar LANGUAGE sql IMMUTABLE
  AS 'SELECT ''Vertica Analytic Database v24.3.0-0''::varchar';
CREATE FUNCTION v_engine.getutcdate() RETURNS timestamp LANGUAGE sql STABLE
  AS 'SELECT statement_timestamp() AT TIME ZONE ''UTC''';
CREATE FUNCTION v_engine.getdate() RETURNS timestamp LANGUAGE sql STABLE
  AS 'SELECT statement_timestamp()::timestamp';
CREATE FUNCTION v_engine.sysdate() RETURNS timestamp LANGUAGE sql STABLE
  AS 'SELECT statement_timestamp()::timestamp';
CREATE FUNCTION v_engine.zeroifnull(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS 'SELECT coalesce($1, 0)';
CREATE FUNCTION v_engine.nullifzero(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
  AS 'SELECT nullif($1, 0)';
CREATE FUNCTION v_engine.regexp_like(varchar, varchar) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT $1 ~ $2';
CREATE FUNCTION v_engine.calendar_hierarchy_day(
  day date, active_months bigint DEFAULT 2, active_years bigint DEFAULT 2
) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN day < date_trunc('year', current_date - make_interval(years => active_years::integer))
      THEN date_trunc('year', day)::date
    WHEN day < date_trunc('month', current_date - make_interval(months => active_months::integer))
      THEN date_trunc('month', day)::date
    ELSE day
  END
$$;
CREATE FUNCTION v_engine.sleep(seconds bigint) RETURNS bigint LANGUAGE sql VOLATILE
  AS 'SELECT 0::bigint FROM pg_sleep($1)';

-- HH is 1 to 12 in PostgreSQL, and takes 13 in Vertica; the answer is a TIMESTAMP.
CREATE FUNCTION v_engine.to_timestamp(text, text) RETURNS timestamp LANGUAGE sql STABLE STRICT
  AS $$ SELECT pg_catalog.to_timestamp($1, regexp_replace($2, 'HH(?!12|24)', 'HH24', 'g'))::timestamp $$;

-- Error 7137, as the page of SQLSTATE 22V23 words it.
CREATE FUNCTION v_engine.throw_error(text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'USER GENERATED ERROR: %', $1 USING ERRCODE = '22V23';
END $$;
