-- Keeps a refused row. $1 load_id, $2 dataset, $3 day, $4 line, $5 reason, $6 raw row, $7 the time.
INSERT INTO finpipe_staging.load_refused (
  load_id, dataset, partition_date, line, reason, raw, refused_at
)
VALUES ($1::uuid, $2, $3::date, $4::bigint, $5, $6::bytea, $7::timestamp);
