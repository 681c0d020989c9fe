-- The days that were pruned, and when.
SELECT day, max(pruned_at) AS pruned_at
FROM finpipe.pruned_days
GROUP BY day
ORDER BY day;
