-- Which of the given types transactions of a day have, on the example of 2022-10-01. :values as in
-- 'sbp_incoming', 'sbp_outgoing'.
SELECT DISTINCT transaction_type AS given
FROM finpipe_staging.transactions
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1
  AND transaction_type IN (:values);
