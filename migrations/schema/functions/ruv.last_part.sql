-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.last_part(kase bigint, own bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || kase, 0));
    RETURN NOT EXISTS (SELECT FROM public.participation p
                       WHERE p.case_id = kase AND p.unit_id <> own AND p.ended_at IS NULL);
END $function$;
ALTER FUNCTION ruv.last_part(bigint,bigint) OWNER TO ruv_guard;
