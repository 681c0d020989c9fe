-- The position, as it is committed now.
SELECT next_position FROM finpipe.source_partitions WHERE id = :id;
