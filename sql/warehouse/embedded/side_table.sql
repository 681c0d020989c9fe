-- A fresh side table for one day. One that a killed load left behind is dropped. The check refuses rows
-- of other days, and spares the swap the scan that would look for them.
DROP TABLE IF EXISTS :staging_schema.:side_table;
CREATE TABLE :staging_schema.:side_table (
  LIKE :staging_schema.:dataset_table INCLUDING CONSTRAINTS,
  CONSTRAINT of_the_day
    CHECK (:event_time >= :day::date AND :event_time < :day::date + 1)
);
