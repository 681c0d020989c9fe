-- Fresh side tables for a build. Columns, partitions, segmentation and projections are those of the facts: what
-- a swap asks for. They stand in staging, where nobody looks for facts.
CREATE TABLE :staging_schema.:transactions_side
LIKE :mart_schema.fct_transactions INCLUDING PROJECTIONS;
CREATE TABLE :staging_schema.:rates_side
LIKE :mart_schema.fct_currency_rates INCLUDING PROJECTIONS;
