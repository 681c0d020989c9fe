INSERT INTO finpipe.lost_ranges (topic, partition, cause, from_offset, to_offset, went_on_at)
VALUES ($1, $2, $3, $4, $5, $6);
