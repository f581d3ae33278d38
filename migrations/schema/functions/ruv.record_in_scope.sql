-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.record_in_scope(record bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.participation p
                   WHERE p.victim_id = ruv.person_of_record(record) AND p.seats && ruv.seats())
$function$;
ALTER FUNCTION ruv.record_in_scope(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.record_in_scope(bigint) TO ruv_app;
