-- What the undo of a dataset would put back. $1 dataset.
SELECT partition_date, sha256 FROM finpipe_staging.load_undo WHERE dataset = $1;
