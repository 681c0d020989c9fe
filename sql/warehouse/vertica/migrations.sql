-- The table of applied migrations.
CREATE TABLE IF NOT EXISTS :staging_schema.migrations (
  version    INTEGER      NOT NULL,
  name       VARCHAR(100) NOT NULL,
  applied_at TIMESTAMP    NOT NULL,
  PRIMARY KEY (version) ENABLED
)
ORDER BY version
UNSEGMENTED ALL NODES;

-- Which of the finpipes that still run the schema stops, when it is newer than they are: 'nothing',
-- 'writers', or 'readers' as well. A record that was made before there was this column has it empty.
ALTER TABLE :staging_schema.migrations ADD COLUMN IF NOT EXISTS breaks VARCHAR(10);
