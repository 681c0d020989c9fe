-- The datasets that were loaded for a day. $1 day.
SELECT dataset FROM finpipe_staging.loads WHERE partition_date = $1::date;
