-- A fresh side table for one day, on the example of the transactions of 2022-10-01. One that a
-- killed load left behind is dropped. The check refuses rows of other days, and spares the swap the
-- scan that would look for them.
DROP TABLE IF EXISTS finpipe_staging.transactions_load;
CREATE TABLE finpipe_staging.transactions_load (
  LIKE finpipe_staging.transactions INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (transaction_dt >= DATE '2022-10-01' AND transaction_dt < DATE '2022-10-01' + 1)
);
