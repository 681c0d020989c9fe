-- Of a build of the day that broke off: the rates that it wrote belong to nothing.
DELETE FROM :staging_schema.build_rates
WHERE build_id IN (
  SELECT build_id FROM :staging_schema.core_pending WHERE partition_date = DATE :day
);
