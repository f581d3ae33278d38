-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.known_tokens(tokens bigint[])
 RETURNS SETOF bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT DISTINCT t.token FROM public.victim_token t WHERE t.token = ANY (tokens);
END $function$;
ALTER FUNCTION ruv.known_tokens(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.known_tokens(bigint[]) TO ruv_app;
