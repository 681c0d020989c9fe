-- Takes a day out of the mart; it is written anew in the same transaction.
DELETE FROM :mart_schema.global_metrics WHERE date_update = :day::date;
DELETE FROM :mart_schema.global_metrics_left_out WHERE date_update = :day::date;
