-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.empty_urn()
 RETURNS TABLE(kek_id bigint, wrapped bytea, sealed bytea)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF coalesce((ruv.context()).role NOT IN ('maintenance', 'scheduler'), true) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY DELETE FROM public.satisfaction_urn u RETURNING u.kek_id, u.wrapped, u.sealed;
END $function$;
ALTER FUNCTION ruv.empty_urn() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.empty_urn() TO ruv_app;
