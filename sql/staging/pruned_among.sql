-- Those of :days, an array, that were pruned, and when.
SELECT day, max(pruned_at) AS pruned_at
FROM finpipe.pruned_days
WHERE day = ANY (:days::text::date[])
GROUP BY day
ORDER BY day;
