-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.code_of_record(record bigint)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT vc.code FROM public.victim v JOIN public.victim_code vc ON vc.victim_id = v.person_id AND vc.record_id = v.id
    WHERE v.id = record
$function$;
ALTER FUNCTION ruv.code_of_record(bigint) OWNER TO ruv_guard;
