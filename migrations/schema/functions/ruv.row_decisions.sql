-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.row_decisions(run bigint, rows bigint[])
 RETURNS TABLE(row_number bigint, record_id bigint, person_id bigint, band smallint, state text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT ruv.permits('imports:run') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT m.row_number, v.id, v.person_id, m.band, m.state
        FROM public.match_candidate m JOIN public.victim v ON v.id = m.victim_id
        WHERE m.run_id = run AND m.row_number = ANY (rows)
          AND m.found_unit_id = (SELECT (ruv.context()).unit_id)
        ORDER BY m.row_number, m.band DESC, m.score DESC, m.id;
END $function$;
ALTER FUNCTION ruv.row_decisions(bigint,bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.row_decisions(bigint,bigint[]) TO ruv_app;
