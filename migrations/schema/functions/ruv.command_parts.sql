-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.command_parts(command bigint)
 RETURNS TABLE(victim_id bigint, case_id bigint, code text, unit_id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT DISTINCT p.victim_id, p.case_id, c.code, p.unit_id
        FROM public.command_request k
        JOIN public.participation p ON p.victim_id IN (ruv.person_of_record(k.victim_id), ruv.person_of_record(k.other_id))
                                   AND p.ended_at IS NULL
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        WHERE k.id = command;
END $function$;
ALTER FUNCTION ruv.command_parts(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.command_parts(bigint) TO ruv_app;
