-- What is landed (schema stg) and how far each source was read (schema finpipe).

CREATE TABLE stg.transactions (
  object_id uuid NOT NULL,
  object_type text NOT NULL,
  sent_dttm timestamp NOT NULL,
  payload text NOT NULL,
  -- Typed at landing, so that a dump is a plain SELECT that cannot fail.
  operation_id uuid NOT NULL,
  account_number_from bigint NOT NULL,
  account_number_to bigint NOT NULL,
  currency_code smallint NOT NULL,
  country text NOT NULL,
  status text NOT NULL,
  transaction_type text NOT NULL,
  amount bigint NOT NULL,
  transaction_dt timestamp NOT NULL,
  -- finpipe.source_partitions.id, and the message's position there.
  source_id integer NOT NULL,
  position bigint NOT NULL,
  -- The order of landing, over all sources.
  landing_id bigint GENERATED ALWAYS AS IDENTITY
);

CREATE TABLE stg.currencies (
  object_id uuid NOT NULL,
  object_type text NOT NULL,
  sent_dttm timestamp NOT NULL,
  payload text NOT NULL,
  date_update timestamp NOT NULL,
  currency_code smallint NOT NULL,
  currency_code_with smallint NOT NULL,
  currency_with_div numeric(18, 6) NOT NULL,
  source_id integer NOT NULL,
  position bigint NOT NULL,
  landing_id bigint GENERATED ALWAYS AS IDENTITY
);

-- A day is read through these. An index and not native partitions: a message may carry any date of
-- the years 1 to 9999, and must not create a partition each.
CREATE INDEX transactions_by_day ON stg.transactions (transaction_dt);
CREATE INDEX currencies_by_day ON stg.currencies (date_update);

-- The window of a source partition is rebuilt through these.
CREATE INDEX transactions_by_source ON stg.transactions (source_id, sent_dttm);
CREATE INDEX currencies_by_source ON stg.currencies (source_id, sent_dttm);

CREATE TABLE stg.rejected (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reason text NOT NULL,
  field text,
  -- Without the line's end; the first 64 KiB of a message that is too large; NULL for a null value.
  raw bytea,
  -- Of the whole message.
  length bigint NOT NULL,
  sha256 text NOT NULL,
  source text NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  rejected_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
  replayed_at timestamp,
  replay_outcome text
);

CREATE TABLE finpipe.source_partitions (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('kafka', 'file', 'stdin')),
  source text NOT NULL,
  partition integer NOT NULL,
  next_position bigint NOT NULL,
  watermark timestamp,
  messages_read bigint NOT NULL DEFAULT 0,
  transactions bigint NOT NULL DEFAULT 0,
  currencies bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  -- Of a file: sha256 of its bytes before next_position, by which it is known again.
  digest text,
  -- Versions that the window had to forget, and the position of the last of them.
  forgotten bigint NOT NULL DEFAULT 0,
  forgotten_position bigint NOT NULL DEFAULT -1,
  updated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
  UNIQUE (source, partition),
  CONSTRAINT messages_add_up
    CHECK (messages_read = transactions + currencies + rejected + duplicates)
);
