-- How numbers, times and texts behave that the fingerprint, the core and the mart stand on.
CREATE TABLE :staging_schema.:trial_numbers (
  place INTEGER NOT NULL,
  amount INTEGER,
  id UUID
)
ORDER BY place
UNSEGMENTED ALL NODES;

INSERT INTO :staging_schema.:trial_numbers
VALUES (1, 9223372036854775807, '0a000000-0000-4000-8000-000000000000');

INSERT INTO :staging_schema.:trial_numbers
VALUES (2, 9223372036854775807, '90000000-0000-4000-8000-000000000000');

INSERT INTO :staging_schema.:trial_numbers
VALUES (3, NULL, 'F0000000-0000-4000-8000-000000000000');

-- [sum]
SELECT CAST(SUM(CAST(amount AS NUMERIC(38, 0))) AS NUMERIC(38, 0)) AS total
FROM :staging_schema.:trial_numbers;

-- [product]
SELECT ROUND(
  CAST('123456789012345678901234567890' AS NUMERIC(38, 0)) * CAST(1.234567 AS NUMERIC(18, 6)) * 0.01, 2
) AS dollars;

-- [round]
SELECT
  ROUND(CAST('1.005' AS NUMERIC(38, 8)), 2) AS half,
  ROUND(CAST('2.5' AS NUMERIC(38, 8)), 0) AS half_of_two,
  ROUND(CAST('1.00499999' AS NUMERIC(38, 8)), 2) AS below_half,
  -ROUND(-CAST('-1.005' AS NUMERIC(38, 8)), 2) AS half_below_zero;

-- [round-below-zero]
SELECT ROUND(CAST('-1.005' AS NUMERIC(38, 8)), 2) AS rounded;

-- [quotient]
SELECT
  ROUND(CAST(1 AS NUMERIC(38, 20)) / 3, 4) AS one_third,
  ROUND(CAST(2 AS NUMERIC(38, 20)) / 3, 4) AS two_thirds,
  ROUND(CAST(24691 AS NUMERIC(38, 20)) / 20000, 4) AS a_tie,
  ROUND(CAST(123449999999 AS NUMERIC(38, 20)) / 1000000000000, 4) AS no_tie;

-- [day]
SELECT
  CASE WHEN TIMESTAMP '2022-10-01 23:59:59.999999' < DATE '2022-10-01' + 1 THEN 1 ELSE 0 END AS before_midnight,
  CASE WHEN TIMESTAMP '2022-10-02 00:00:00' < DATE '2022-10-01' + 1 THEN 1 ELSE 0 END AS at_midnight;

-- [empty]
SELECT CASE WHEN '' IS NULL THEN 1 ELSE 0 END AS is_null, COALESCE('', 'x') AS kept;

-- [nulls]
SELECT amount, place FROM :staging_schema.:trial_numbers ORDER BY amount, place;

-- [uuids]
SELECT place FROM :staging_schema.:trial_numbers ORDER BY id;

-- [uuid-texts]
SELECT CAST(id AS VARCHAR(36)) AS id_text FROM :staging_schema.:trial_numbers ORDER BY 1;

-- [texts]
SELECT
  CASE WHEN CAST('a' AS VARCHAR(1000)) || '.' = CAST('a ' AS VARCHAR(1000)) || '.' THEN 1 ELSE 0 END AS trailing_space,
  CASE WHEN CAST('a' AS VARCHAR(1000)) || '.' = CAST('A' AS VARCHAR(1000)) || '.' THEN 1 ELSE 0 END AS letter_case,
  CASE WHEN CAST('é' AS VARCHAR(1000)) || '.' = CAST('é' AS VARCHAR(1000)) || '.' THEN 1 ELSE 0 END AS composed,
  CASE WHEN CAST('' AS VARCHAR(1000)) || '.' = '.' THEN 1 ELSE 0 END AS empty;

-- [trailing-spaces]
SELECT CASE WHEN CAST('a' AS VARCHAR(1000)) = CAST('a ' AS VARCHAR(1000)) THEN 1 ELSE 0 END AS equal;

DROP TABLE :staging_schema.:trial_numbers CASCADE;
