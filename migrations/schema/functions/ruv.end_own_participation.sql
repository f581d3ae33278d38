-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_own_participation(kase bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    unit bigint := (ruv.context()).unit_id;
    last boolean := ruv.last_part(kase, unit);
BEGIN
    UPDATE public.participation p SET ended_at = now()
    WHERE p.case_id = kase AND p.unit_id = unit AND p.ended_at IS NULL AND ruv.case_in_scope(p.case_id, p.victim_id);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF last THEN
        RAISE EXCEPTION 'nobody would take part in the case' USING ERRCODE = '23514';
    END IF;
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.case_id = kase AND a.unit_id = unit AND a.ended_at IS NULL;
    RETURN true;
END $function$;
ALTER FUNCTION ruv.end_own_participation(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.end_own_participation(bigint) TO ruv_app;
