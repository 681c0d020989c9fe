-- How many nodes the database has, and how many are up.
SELECT
  COUNT(*) AS nodes,
  COUNT(CASE WHEN node_state = 'UP' THEN 1 END) AS nodes_up
FROM v_catalog.nodes;
