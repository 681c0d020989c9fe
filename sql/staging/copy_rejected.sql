COPY stg.rejected (reason, field, raw, length, sha256, source, partition, position) FROM STDIN (FORMAT binary);
