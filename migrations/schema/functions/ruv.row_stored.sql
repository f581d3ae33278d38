-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.row_stored(run bigint, line bigint, record bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT ruv.is_new_victim(record) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    UPDATE public.match_candidate m SET other_id = record, run_id = NULL, row_number = NULL, version = m.version + 1
    WHERE m.run_id = run AND m.row_number = line AND m.state <> 'MISMA'
      AND m.found_unit_id = (SELECT (ruv.context()).unit_id);
END $function$;
ALTER FUNCTION ruv.row_stored(bigint,bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.row_stored(bigint,bigint,bigint) TO ruv_app;
