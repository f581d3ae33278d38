-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.secret_mark_of(request bigint)
 RETURNS bytea
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT r.secret_mark FROM public.account_request r WHERE r.id = request AND ruv.may_second(r.id)
$function$;
ALTER FUNCTION ruv.secret_mark_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.secret_mark_of(bigint) TO ruv_app;
