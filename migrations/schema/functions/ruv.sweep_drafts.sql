-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.sweep_drafts(since timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    gone bigint;
BEGIN
    IF coalesce((ruv.context()).role NOT IN ('maintenance', 'scheduler'), true) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    DELETE FROM public.draft d WHERE d.updated_at < since;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $function$;
ALTER FUNCTION ruv.sweep_drafts(timestamp with time zone) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.sweep_drafts(timestamp with time zone) TO ruv_app;
