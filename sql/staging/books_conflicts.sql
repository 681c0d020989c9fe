-- Objects of a day whose versions differ in accounts, amount or currency, which no change of status does:
-- the first :limit of them.
SELECT object_id, count(*) AS versions
FROM stg.transactions
WHERE transaction_dt >= :day::date AND transaction_dt < :day::date + 1
GROUP BY object_id
HAVING
  min(account_number_from) <> max(account_number_from)
  OR min(account_number_to) <> max(account_number_to)
  OR min(currency_code) <> max(currency_code)
  OR min(amount) <> max(amount)
ORDER BY object_id
LIMIT :limit;
