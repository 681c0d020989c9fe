-- Rows of a day whose typed columns, by which they are dumped, say something else than their payload.
SELECT count(*) AS others
FROM stg.currencies AS landed
CROSS JOIN LATERAL json_to_record(landed.payload::json) AS said (
  date_update timestamp, currency_code integer, currency_code_with integer,
  currency_with_div numeric
)
WHERE landed.date_update >= :day::date AND landed.date_update < :day::date + 1
  AND (
    landed.object_type <> 'CURRENCY'
    OR said.date_update IS DISTINCT FROM landed.date_update
    OR said.currency_code IS DISTINCT FROM landed.currency_code
    OR said.currency_code_with IS DISTINCT FROM landed.currency_code_with
    OR round(said.currency_with_div, 6) IS DISTINCT FROM landed.currency_with_div
  );
