-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.proceeding_of(wanted bytea)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN (SELECT p.id FROM public.proceeding p
            WHERE p.digest = wanted AND coalesce('legal' = ANY (ruv.written()), false));
END $function$;
ALTER FUNCTION ruv.proceeding_of(bytea) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.proceeding_of(bytea) TO ruv_app;
