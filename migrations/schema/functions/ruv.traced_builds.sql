-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.traced_builds()
 RETURNS TABLE(event text, salt bytea, mac bytea)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'setup' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT e.event, e.salt, e.mac FROM public.audit_event e
                 WHERE e.action = 'releases.build' AND e.outcome = 'ok' ORDER BY e.id;
END $function$;
ALTER FUNCTION ruv.traced_builds() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.traced_builds() TO ruv_app;
