-- The builds of a day that changed the mart's row of a currency, oldest first: from what, at which rate,
-- and the row as it was before.
SELECT
  builds.build_id,
  builds.built_at,
  builds.version,
  builds.transactions_load_id,
  builds.currencies_load_id,
  transactions.dumped_at AS transactions_dumped_at,
  currencies.dumped_at   AS currencies_dumped_at,
  rates.rate,
  rates.date_update,
  changes.amount_total,
  changes.cnt_transactions,
  changes.avg_transactions_per_account,
  changes.cnt_accounts_make_transactions
FROM :staging_schema.builds
INNER JOIN :staging_schema.build_changes AS changes
  ON changes.build_id = builds.build_id AND changes.currency_from = :currency::integer
LEFT JOIN :staging_schema.build_rates AS rates
  ON rates.build_id = builds.build_id AND rates.currency_code = :currency::integer
LEFT JOIN :staging_schema.load_origins AS transactions
  ON transactions.load_id = builds.transactions_load_id
LEFT JOIN :staging_schema.load_origins AS currencies
  ON currencies.load_id = builds.currencies_load_id
WHERE builds.step = 'cdm' AND builds.partition_date = :day::date
ORDER BY builds.built_at, builds.stands;
