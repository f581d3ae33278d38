-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.command_subject(wanted text)
 RETURNS TABLE(record_id bigint, person_id bigint, in_scope boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    record bigint;
BEGIN
    IF NOT ruv.permits('commands:request') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    record := ruv.record_of_code(wanted);
    IF record IS NOT NULL THEN
        RETURN QUERY SELECT record, ruv.person_of_record(record), ruv.command_in_scope(record, NULL, NULL);
    END IF;
END $function$;
ALTER FUNCTION ruv.command_subject(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.command_subject(text) TO ruv_app;
