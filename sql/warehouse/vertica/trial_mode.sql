-- How many subscriptions to shards there are: only a database in Eon Mode has any.
SELECT COUNT(*) AS subscriptions FROM v_catalog.node_subscriptions;
