-- How long a statement of the session may take. :runtime_cap as in '90 seconds'.
SET SESSION RUNTIMECAP :runtime_cap;
