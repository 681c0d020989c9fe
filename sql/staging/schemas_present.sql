-- Which of our schemas exist. CREATE SCHEMA IF NOT EXISTS asks for rights even where they do.
SELECT nspname AS name FROM pg_namespace WHERE nspname IN ('stg', 'finpipe');
