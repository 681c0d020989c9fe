-- Takes it out of the side table.
DELETE FROM :staging_schema.:side_table
WHERE object_id = CAST(:object_id AS UUID)
  AND (
    country = '' OR status = '' OR transaction_type = ''
    OR OCTET_LENGTH(country) > 996
    OR OCTET_LENGTH(status) > 996
    OR OCTET_LENGTH(transaction_type) > 996
  );
