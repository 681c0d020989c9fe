-- The temporary table of rejected rows would stay for as long as the session.
DROP TABLE IF EXISTS :rejected_table;
