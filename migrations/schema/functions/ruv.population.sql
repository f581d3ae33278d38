-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.population()
 RETURNS smallint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN (SELECT g.population FROM public.role_grant g WHERE g.role = own);
END $function$;
ALTER FUNCTION ruv.population() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.population() TO ruv_app;
