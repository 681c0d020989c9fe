-- How many rows COPY rejected.
SELECT COUNT(*) AS refused FROM finpipe_rejected_0123456789ab;
