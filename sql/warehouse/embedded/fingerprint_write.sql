-- Records the fingerprint of what a load took, in the transaction that swaps the day.
INSERT INTO :staging_schema.load_fingerprints (load_id, dataset, partition_date, fingerprint)
VALUES (:load_id::uuid, :dataset, :day::date, :fingerprint::numeric);
