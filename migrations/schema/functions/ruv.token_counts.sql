-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.token_counts()
 RETURNS TABLE(version integer, tokens bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role NOT IN ('maintenance', 'setup') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT t.key_version::integer, count(*) FROM public.victim_token t GROUP BY t.key_version ORDER BY 1;
END $function$;
ALTER FUNCTION ruv.token_counts() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.token_counts() TO ruv_app;
