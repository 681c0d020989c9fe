-- With a new load of a day, in the transaction that swapped the day: what was recorded of loads that neither
-- stand nor can be put back, and that no build names. No undo of the day counts any more.
DELETE FROM :staging_schema.load_origins
WHERE dataset = :dataset AND partition_date = :day::date
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.loads WHERE partition_date = :day::date)
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.load_undo WHERE load_id IS NOT NULL)
  AND load_id NOT IN (
    SELECT transactions_load_id
    FROM :staging_schema.builds
    WHERE partition_date = :day::date AND transactions_load_id IS NOT NULL
  )
  AND load_id NOT IN (
    SELECT currencies_load_id
    FROM :staging_schema.builds
    WHERE partition_date = :day::date AND currencies_load_id IS NOT NULL
  );

DELETE FROM :staging_schema.load_fingerprints
WHERE dataset = :dataset AND partition_date = :day::date
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.loads WHERE partition_date = :day::date)
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.load_undo WHERE load_id IS NOT NULL)
  AND load_id NOT IN (
    SELECT transactions_load_id
    FROM :staging_schema.builds
    WHERE partition_date = :day::date AND transactions_load_id IS NOT NULL
  )
  AND load_id NOT IN (
    SELECT currencies_load_id
    FROM :staging_schema.builds
    WHERE partition_date = :day::date AND currencies_load_id IS NOT NULL
  );

DELETE FROM :staging_schema.load_rates
WHERE partition_date = :day::date
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.loads WHERE partition_date = :day::date)
  AND load_id NOT IN (SELECT load_id FROM :staging_schema.load_undo WHERE load_id IS NOT NULL)
  AND load_id NOT IN (
    SELECT currencies_load_id
    FROM :staging_schema.builds
    WHERE partition_date = :day::date AND currencies_load_id IS NOT NULL
  );

DELETE FROM :staging_schema.load_undone WHERE dataset = :dataset AND partition_date = :day::date;
