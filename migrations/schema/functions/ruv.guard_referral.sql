-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_referral()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    unit bigint;
    receives boolean;
    sends boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    unit := (ruv.context()).unit_id;
    receives := OLD.to_unit_id = unit;
    sends := OLD.from_unit_id = unit;
    IF (NEW.answered_at, NEW.answered_by, NEW.refusal_reason)
       IS DISTINCT FROM (OLD.answered_at, OLD.answered_by, OLD.refusal_reason)
       AND NOT (receives AND OLD.state = 'ENVIADA')
       OR NEW.sealed_answer IS DISTINCT FROM OLD.sealed_answer AND NOT (receives AND OLD.sealed_answer IS NULL)
       OR NEW.state <> OLD.state AND NOT (CASE OLD.state || ' > ' || NEW.state
            WHEN 'ENVIADA > ACEPTADA' THEN receives
            WHEN 'ENVIADA > ACEPTADA_CON_CONDICIONES' THEN receives
            WHEN 'ENVIADA > RECHAZADA' THEN receives
            WHEN 'ENVIADA > RETIRADA' THEN sends
            WHEN 'ENVIADA > VENCIDA' THEN sends AND OLD.due_at <= now()
            WHEN 'ACEPTADA_CON_CONDICIONES > ACEPTADA' THEN sends
            WHEN 'ACEPTADA_CON_CONDICIONES > INTERRUMPIDA' THEN receives
            WHEN 'ACEPTADA_CON_CONDICIONES > RETIRADA' THEN sends
            WHEN 'ACEPTADA > EN_CURSO' THEN receives
            WHEN 'ACEPTADA > INTERRUMPIDA' THEN receives
            WHEN 'ACEPTADA > RETIRADA' THEN sends
            WHEN 'EN_CURSO > CONCLUIDA' THEN receives
            WHEN 'EN_CURSO > INTERRUMPIDA' THEN receives OR sends
            ELSE false END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_referral() OWNER TO ruv_owner;
