-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.record_of_code(wanted text)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT vc.record_id FROM public.victim_code vc WHERE vc.code = wanted
$function$;
ALTER FUNCTION ruv.record_of_code(text) OWNER TO ruv_guard;
