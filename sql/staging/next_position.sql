SELECT next_position FROM finpipe.source_partitions WHERE id = $1;
