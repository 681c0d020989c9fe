-- The fingerprint of what each load took, by which an audit sees later whether any value of the day was
-- changed. Loads of an older version have none.
CREATE TABLE IF NOT EXISTS :staging_schema.load_fingerprints (
  load_id        UUID           NOT NULL,
  dataset        VARCHAR(64)    NOT NULL,
  partition_date DATE           NOT NULL,
  fingerprint    NUMERIC(38, 0) NOT NULL,
  PRIMARY KEY (load_id) ENABLED
)
ORDER BY dataset, partition_date
UNSEGMENTED ALL NODES;
