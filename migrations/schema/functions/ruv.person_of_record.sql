-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.person_of_record(record bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT v.person_id FROM public.victim v WHERE v.id = record
$function$;
ALTER FUNCTION ruv.person_of_record(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.person_of_record(bigint) TO ruv_app;
