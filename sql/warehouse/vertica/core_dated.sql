-- They are dated by the facts that stand, in this transaction.
UPDATE :staging_schema.core_pending SET last_account_key = NULL WHERE partition_date = DATE :day;
