-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.password_hash_of(account bigint)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT u.password_hash FROM public.user_account u
    WHERE u.id = account AND ((SELECT (ruv.context()).role) = 'sign_in' OR u.id = (SELECT (ruv.context()).user_id))
$function$;
ALTER FUNCTION ruv.password_hash_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.password_hash_of(bigint) TO ruv_app;
