-- The table of applied migrations.
CREATE TABLE IF NOT EXISTS finpipe_staging.migrations (
  version    INTEGER      NOT NULL,
  name       VARCHAR(100) NOT NULL,
  applied_at TIMESTAMP    NOT NULL,
  PRIMARY KEY (version) ENABLED
)
ORDER BY version
UNSEGMENTED ALL NODES;
