-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.tell_of_hold()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me bigint := ruv.acting_unit();
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM ruv.tell('CUPO_RESERVADO', NEW.unit_id, NEW.code, NEW.victim_id, NEW.case_id, NEW.requested_unit_id);
    ELSIF NEW.state = 'LIBERADA' THEN
        PERFORM ruv.tell('CUPO_LIBERADO', CASE me WHEN NEW.unit_id THEN NEW.requested_unit_id ELSE NEW.unit_id END,
                         NEW.code, NEW.victim_id, NEW.case_id, me);
    ELSIF NEW.state = 'VENCIDA' THEN
        PERFORM ruv.tell('CUPO_VENCIDO', NEW.unit_id, NEW.code, NEW.victim_id, NEW.case_id, NULL);
    END IF;
    IF me = NEW.unit_id AND NEW.state <> 'VIGENTE' THEN
        UPDATE public.notice n SET read_at = now(), read_by = (ruv.context()).user_id
        WHERE n.case_id = NEW.case_id AND n.victim_id = NEW.victim_id AND n.subject_code = NEW.code
          AND n.kind = 'CUPO_RESERVADO' AND n.read_at IS NULL;
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.tell_of_hold() OWNER TO ruv_guard;
