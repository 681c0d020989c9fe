-- Strings that are too long, in a column of four bytes: with ENFORCELENGTH and without. 2 and 4 are too
-- long; of 3 and 4 each letter has two bytes.
CREATE TABLE :staging_schema.:trial_short (
  place INTEGER NOT NULL,
  short VARCHAR(4) NOT NULL
)
ORDER BY place
UNSEGMENTED ALL NODES;

-- As finpipe says it.
-- [either] or without ENFORCELENGTH
COPY :staging_schema.:trial_short (
  place,
  given FILLER VARCHAR(4),
  short AS COALESCE(given, '')
)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
:enforce_length
NO COMMIT;
1,abcd
2,abcde
3,éé
4,ééé
\.

-- [either-taken]
SELECT place, short FROM :staging_schema.:trial_short ORDER BY place;

-- [either-rollback]
ROLLBACK;

-- [enforced]
COPY :staging_schema.:trial_short (
  place,
  given FILLER VARCHAR(4),
  short AS COALESCE(given, '')
)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
ENFORCELENGTH
NO COMMIT;
1,abcd
2,abcde
3,éé
4,ééé
\.

-- [enforced-rollback]
ROLLBACK;

-- [plain]
COPY :staging_schema.:trial_short (
  place,
  given FILLER VARCHAR(4),
  short AS COALESCE(given, '')
)
FROM STDIN
PARSER FCSVPARSER(
  type = 'rfc4180',
  header = 'false',
  trim = 'false',
  reject_on_materialized_type_error = 'true'
)
NO COMMIT;
1,abcd
2,abcde
3,éé
4,ééé
\.

-- [plain-taken]
SELECT place, short FROM :staging_schema.:trial_short ORDER BY place;

-- [plain-rollback]
ROLLBACK;

DROP TABLE :staging_schema.:trial_short CASCADE;
