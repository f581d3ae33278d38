-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.index_keys()
 RETURNS TABLE(id bigint, version integer)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1381324373, 1);
    RETURN QUERY SELECT k.id, k.version::integer FROM public.kek k
                 WHERE k.purpose = 'index' AND k.retired_at IS NULL ORDER BY k.version;
END $function$;
ALTER FUNCTION ruv.index_keys() OWNER TO ruv_owner;

GRANT EXECUTE ON FUNCTION ruv.index_keys() TO ruv_app;
