-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.taken_codes(codes text[])
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT c.code FROM public.victim_code c WHERE c.code = ANY (codes) AND ruv.permits('victims:register')
$function$;
ALTER FUNCTION ruv.taken_codes(text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.taken_codes(text[]) TO ruv_app;
