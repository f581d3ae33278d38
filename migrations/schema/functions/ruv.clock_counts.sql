-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.clock_counts()
 RETURNS TABLE(kind text, state text, clocks bigint, waiting bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT c.kind, c.state, count(*), count(*) FILTER (WHERE c.next_at <= now())
        FROM public.clock c GROUP BY c.kind, c.state ORDER BY c.kind, c.state;
END $function$;
ALTER FUNCTION ruv.clock_counts() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.clock_counts() TO ruv_app;
