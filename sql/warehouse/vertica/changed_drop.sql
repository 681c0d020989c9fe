-- Takes it out of the side table. :object_id.
DELETE FROM finpipe_staging.transactions_load_0123456789ab
WHERE object_id = CAST(:object_id AS UUID)
  AND (
    country = '' OR status = '' OR transaction_type = ''
    OR OCTET_LENGTH(country) > 996
    OR OCTET_LENGTH(status) > 996
    OR OCTET_LENGTH(transaction_type) > 996
  );
