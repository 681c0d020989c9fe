-- Corrupt batches of a topic that somebody chose to go on after are lost ranges, too.
ALTER TABLE finpipe.lost_ranges
  DROP CONSTRAINT lost_ranges_cause_check,
  ADD CONSTRAINT lost_ranges_cause_check
    CHECK (cause IN ('deleted', 'recreated', 'truncated', 'corrupt'));
