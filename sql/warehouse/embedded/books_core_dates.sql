-- The dates of a range, as the dimension has them: one of them is there more than once only if somebody put it there.
SELECT date_key, date, year, quarter, month, day, iso_year, iso_week, weekday, is_weekend
FROM :mart_schema.dim_dates
WHERE date_key BETWEEN :first_key AND :last_key
ORDER BY date_key;
