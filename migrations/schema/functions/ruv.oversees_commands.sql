-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.oversees_commands()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN ruv.permits('matching:steward') OR ruv.permits('audit:read');
END $function$;
ALTER FUNCTION ruv.oversees_commands() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.oversees_commands() TO ruv_app;
