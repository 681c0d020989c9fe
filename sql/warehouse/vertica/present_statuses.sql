-- Which of the given status values transactions of a day have, on the example of 2022-10-01. :values as
-- in 'done', 'chargeback'.
SELECT DISTINCT status AS given
FROM finpipe_staging.transactions
WHERE transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1
  AND status IN (:values);
