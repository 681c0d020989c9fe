-- Sets what finpipe takes for granted in its sessions, for as long as the session lasts: :settings is a
-- JSON array of settings, each with its name, the value, and where one value alone may not stand, that
-- one. A setting that this version does not have is passed over, and so is one that is a superuser's to
-- set. Functions are named in full: the search path is whoever's at this time.
SELECT imposed.name, pg_catalog.set_config(imposed.name, wanted.value, false) AS value
FROM pg_catalog.json_to_recordset(CAST(:settings AS pg_catalog.json)) AS wanted (
  name pg_catalog.text, value pg_catalog.text, "insteadOf" pg_catalog.text
)
INNER JOIN pg_catalog.pg_settings AS imposed ON imposed.name = wanted.name
WHERE imposed.setting <> wanted.value
  AND (wanted."insteadOf" IS NULL OR imposed.setting = wanted."insteadOf")
  AND (
    imposed.context = 'user'
    OR (imposed.context = 'superuser' AND pg_catalog.current_setting('is_superuser') = 'on')
  );
