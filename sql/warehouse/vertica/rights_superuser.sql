-- Whether the user is a superuser, who may do everything.
SELECT is_super_user FROM v_catalog.users WHERE user_name = CURRENT_USER();
