-- Records the fingerprint of what a load took, in the transaction of pending_write.sql: the swap puts these
-- very rows in place. A load that is tried again has the same id.
DELETE FROM :staging_schema.load_fingerprints WHERE load_id = CAST(:load_id AS UUID);

INSERT INTO :staging_schema.load_fingerprints (load_id, dataset, partition_date, fingerprint)
VALUES (CAST(:load_id AS UUID), :dataset, DATE :day, CAST(:fingerprint AS NUMERIC(38, 0)));
