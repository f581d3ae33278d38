-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.participation_is_new(kase bigint, victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.participation p WHERE p.case_id = kase AND p.victim_id = victim
                   AND p.unit_id = (SELECT (ruv.context()).unit_id) AND p.started_at = now())
$function$;
ALTER FUNCTION ruv.participation_is_new(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.participation_is_new(bigint,bigint) TO ruv_app;
