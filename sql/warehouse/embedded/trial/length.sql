-- Strings that are too long, in a column of four bytes: 2 and 4 are; of 3 and 4 each letter has two bytes.
CREATE TABLE :staging_schema.:trial_short (
  place integer NOT NULL,
  short varchar(4) NOT NULL,
  CONSTRAINT short_bytes CHECK (octet_length(short) <= 4)
);

-- [either]
COPY :staging_schema.:trial_short FROM STDIN (FORMAT csv);
1,abcd
3,éé
\.

-- [either-2]
COPY :staging_schema.:trial_short FROM STDIN (FORMAT csv);
2,abcde
\.

-- [either-4]
COPY :staging_schema.:trial_short FROM STDIN (FORMAT csv);
4,ééé
\.

-- [either-taken]
SELECT place, short FROM :staging_schema.:trial_short ORDER BY place;

DROP TABLE :staging_schema.:trial_short;
