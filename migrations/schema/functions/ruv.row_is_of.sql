-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.row_is_of(record bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.match_candidate m JOIN public.linkage_run r ON r.id = m.run_id
                   WHERE m.victim_id = record AND m.state = 'MISMA'
                     AND r.unit_id = (SELECT (ruv.context()).unit_id))
$function$;
ALTER FUNCTION ruv.row_is_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.row_is_of(bigint) TO ruv_app;
