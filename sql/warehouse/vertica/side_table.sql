-- A fresh side table for a load. Columns, partitions, segmentation and projections are those of its
-- target: what a swap asks for.
CREATE TABLE :staging_schema.:side_table
LIKE :staging_schema.:dataset_table INCLUDING PROJECTIONS;
