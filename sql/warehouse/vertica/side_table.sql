-- A fresh side table for a load, on the example of transactions; 0123456789ab is cut from the load's
-- id. Columns, partitions, segmentation and projections are those of its target: what a swap asks for.
CREATE TABLE finpipe_staging.transactions_load_0123456789ab
LIKE finpipe_staging.transactions INCLUDING PROJECTIONS;
