-- The fingerprint of what each load took, by which an audit sees later whether any value of the day was
-- changed. Loads of an older version have none.
CREATE TABLE :staging_schema.load_fingerprints (
  load_id        uuid        NOT NULL PRIMARY KEY,
  dataset        varchar(64) NOT NULL,
  partition_date date        NOT NULL,
  fingerprint    numeric     NOT NULL
);
