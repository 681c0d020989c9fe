-- Offsets of a topic that were gone before they were read, and that somebody chose to go on after.
CREATE TABLE finpipe.lost_ranges (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  partition integer NOT NULL,
  -- deleted: by retention; recreated: the topic is another one.
  cause text NOT NULL CHECK (cause IN ('deleted', 'recreated')),
  -- The lost offsets, the last one not included.
  from_offset bigint NOT NULL,
  to_offset bigint NOT NULL,
  -- Where reading went on.
  went_on_at bigint NOT NULL,
  recorded_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
