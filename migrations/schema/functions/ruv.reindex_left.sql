-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.reindex_left()
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN (SELECT count(*) FROM public.victim w
            WHERE w.id > (SELECT r.done_through FROM public.index_rotation r WHERE r.finished_at IS NULL));
END $function$;
ALTER FUNCTION ruv.reindex_left() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.reindex_left() TO ruv_app;
