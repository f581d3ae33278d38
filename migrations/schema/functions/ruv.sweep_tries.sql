-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.sweep_tries(most integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    DELETE FROM public.sign_in_try t WHERE (t.name, t.source) IN (
        SELECT o.name, o.source FROM public.sign_in_try o WHERE o.kept_until < now()
        ORDER BY o.kept_until LIMIT most FOR UPDATE SKIP LOCKED)
$function$;
ALTER FUNCTION ruv.sweep_tries(integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.sweep_tries(integer) TO ruv_app;
