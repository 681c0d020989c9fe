-- What would stand in the session that asks had finpipe not set it (:settings are those of
-- session_settings.sql), and who says so. Times and dates have a form of their own in most servers'
-- configuration, which is no news.
SELECT
  imposed.name,
  concat(imposed.reset_val, imposed.unit) AS value,
  CASE
    WHEN given.setrole <> 0 AND given.setdatabase <> 0 THEN 'the role in this database'
    WHEN given.setrole <> 0 THEN 'the role'
    WHEN given.setdatabase <> 0 THEN 'the database'
    ELSE 'the server'
  END AS origin,
  imposed.setting = wanted.value AS overruled
FROM json_to_recordset(:settings::text::json) AS wanted (name text, value text, "insteadOf" text)
INNER JOIN pg_settings AS imposed ON imposed.name = wanted.name
LEFT JOIN LATERAL (
  SELECT setrole, setdatabase
  FROM pg_db_role_setting
  CROSS JOIN unnest(setconfig) AS config (line)
  WHERE lower(split_part(line, '=', 1)) = lower(imposed.name)
    AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
    AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  ORDER BY setrole <> 0 DESC, setdatabase <> 0 DESC
  LIMIT 1
) AS given ON true
WHERE imposed.reset_val <> wanted.value
  AND (wanted."insteadOf" IS NULL OR imposed.reset_val = wanted."insteadOf")
  AND (
    given.setrole IS NOT NULL
    OR (imposed.reset_val <> imposed.boot_val AND imposed.name NOT IN ('DateStyle', 'TimeZone'))
  )
ORDER BY imposed.name;
