-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.command_in_scope(victim bigint, other bigint, kase bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN EXISTS (SELECT FROM public.participation p
                   WHERE p.victim_id IN (ruv.person_of_record(victim), ruv.person_of_record(other))
                     AND (kase IS NULL OR p.case_id = kase) AND p.seats && mine);
END $function$;
ALTER FUNCTION ruv.command_in_scope(bigint,bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.command_in_scope(bigint,bigint,bigint) TO ruv_app;
