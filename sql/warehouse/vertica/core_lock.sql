-- One build of the core at a time: no member of a dimension gets two keys, and a side table that is there was
-- left behind. Held by a session of its own for as long as the build lasts; another build waits for it.
LOCK TABLE :staging_schema.core_lock IN EXCLUSIVE MODE;
