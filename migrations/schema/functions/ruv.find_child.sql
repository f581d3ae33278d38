-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.find_child()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor;
BEGIN
    UPDATE public.clock k SET state = 'CUMPLIDO', met_at = now(), next_at = NULL
    WHERE k.case_id = NEW.case_id AND k.victim_id = NEW.victim_id AND k.kind = 'LLEGADA_TRASLADO'
      AND k.state IN ('CORRIENDO', 'VENCIDO');
    UPDATE public.trafficking_case c SET state = 'EN_ASISTENCIA_INMEDIATA', state_since = now(), version = c.version + 1
    WHERE c.id = NEW.case_id AND c.victim_id = NEW.victim_id AND c.state = 'EGRESO_NO_AUTORIZADO';
    IF FOUND THEN
        me := ruv.context();
        INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
        VALUES (NEW.victim_id, NEW.case_id, 'EGRESO_NO_AUTORIZADO', 'EN_ASISTENCIA_INMEDIATA', 'RETORNO', me.user_id,
                me.unit_id);
        UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
        WHERE k.case_id = NEW.case_id AND k.victim_id = NEW.victim_id AND k.kind = 'NNA_NO_HABIDA'
          AND k.state IN ('CORRIENDO', 'VENCIDO');
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.find_child() OWNER TO ruv_guard;
