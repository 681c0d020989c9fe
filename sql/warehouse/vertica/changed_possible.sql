-- Rows of the side table with a string that COPY may have changed: an empty one, of which the file may have
-- had none at all, and one that fills its column, of which the file may have had more. A string may be cut
-- within its last letter, or before it, and a letter has up to four bytes.
SELECT
  COUNT(CASE WHEN country = '' OR status = '' OR transaction_type = '' THEN 1 END) AS empty_strings,
  COUNT(
    CASE
      WHEN OCTET_LENGTH(country) > 996
        OR OCTET_LENGTH(status) > 996
        OR OCTET_LENGTH(transaction_type) > 996
        THEN 1
    END
  ) AS full_strings
FROM :staging_schema.:side_table;
