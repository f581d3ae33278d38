-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.record_of_case(kase bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN (SELECT c.record_id FROM public.trafficking_case c
            WHERE c.id = kase AND EXISTS (SELECT FROM public.participation p
                                          WHERE p.victim_id = c.victim_id AND p.seats && mine));
END $function$;
ALTER FUNCTION ruv.record_of_case(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.record_of_case(bigint) TO ruv_app;
