-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.lima_day(moment timestamp with time zone)
 RETURNS date
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT (moment AT TIME ZONE 'America/Lima')::date
$function$;
ALTER FUNCTION ruv.lima_day(timestamp with time zone) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.lima_day(timestamp with time zone) TO ruv_app;
