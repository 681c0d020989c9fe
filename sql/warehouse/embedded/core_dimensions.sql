-- The countries, statuses and types that a day's rows name and that the dimensions do not have yet: dimensions only
-- grow, and a key once given never changes. Texts are compared by their bytes, as PostgreSQL does with every
-- deterministic collation. Run only if core_facts.sql left rows out: a day seldom names a new one.
INSERT INTO :mart_schema.dim_countries (country_key, country)
SELECT
  (SELECT coalesce(max(country_key), 0) FROM :mart_schema.dim_countries)
  + row_number() OVER (ORDER BY named.country),
  named.country
FROM (
  SELECT DISTINCT country
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN :mart_schema.dim_countries AS known ON known.country = named.country
WHERE known.country IS NULL;

INSERT INTO :mart_schema.dim_statuses (status_key, status, rank, is_known)
SELECT
  (SELECT coalesce(max(status_key), 0) FROM :mart_schema.dim_statuses)
  + row_number() OVER (ORDER BY ranks.rank, named.status),
  named.status,
  ranks.rank,
  ranks.rank IS NOT NULL
FROM (
  SELECT DISTINCT status
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN (
  VALUES ('queued', 0), ('in_progress', 1), ('blocked', 2), ('done', 3), ('chargeback', 4)
) AS ranks (status, rank) ON ranks.status = named.status
LEFT JOIN :mart_schema.dim_statuses AS known ON known.status = named.status
WHERE known.status IS NULL;

INSERT INTO :mart_schema.dim_transaction_types (transaction_type_key, transaction_type)
SELECT
  (SELECT coalesce(max(transaction_type_key), 0) FROM :mart_schema.dim_transaction_types)
  + row_number() OVER (ORDER BY named.transaction_type),
  named.transaction_type
FROM (
  SELECT DISTINCT transaction_type
  FROM :staging_schema.transactions
  WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
) AS named
LEFT JOIN :mart_schema.dim_transaction_types AS known ON known.transaction_type = named.transaction_type
WHERE known.transaction_type IS NULL;
