-- Waits for a transaction that is moving the position: one whose client has gone may still commit.
SELECT next_position FROM finpipe.source_partitions WHERE id = :id FOR UPDATE;
