-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_executed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT (CASE NEW.kind
        WHEN 'DESCARTE' THEN EXISTS (SELECT FROM public.case_transition t
                                     WHERE t.case_id = NEW.case_id AND t.to_state = 'DESCARTADA' AND t.at = now())
        WHEN 'CIERRE' THEN EXISTS (SELECT FROM public.case_transition t
                                   WHERE t.case_id = NEW.case_id AND t.to_state = 'CERRADO' AND t.at = now())
        WHEN 'FUSION' THEN EXISTS (SELECT FROM public.record_merge m WHERE m.command_id = NEW.id)
        ELSE EXISTS (SELECT FROM public.record_merge m WHERE m.split_command_id = NEW.id) END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.check_executed() OWNER TO ruv_guard;
