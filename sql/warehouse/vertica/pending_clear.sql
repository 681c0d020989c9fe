-- It came to nothing, or is recorded. :dataset.
DELETE FROM finpipe_staging.load_pending WHERE dataset = :dataset;
