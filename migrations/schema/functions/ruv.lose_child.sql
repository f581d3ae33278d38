-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.lose_child()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor;
    held record;
BEGIN
    IF NOT ruv.counted_as_child(NEW.victim_id, NEW.case_id, ruv.lima_day(now())) THEN
        RETURN NULL;
    END IF;
    SELECT c.id, c.victim_id, c.state INTO held FROM public.trafficking_case c
    WHERE c.id = NEW.case_id AND c.victim_id = NEW.victim_id
      AND c.state NOT IN ('CERRADO', 'DESCARTADA', 'EGRESO_NO_AUTORIZADO') FOR UPDATE;
    IF held.id IS NOT NULL THEN
        me := ruv.context();
        UPDATE public.trafficking_case c SET state = 'EGRESO_NO_AUTORIZADO', state_since = now(), version = c.version + 1
        WHERE c.id = held.id AND c.victim_id = held.victim_id;
        INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
        VALUES (held.victim_id, held.id, held.state, 'EGRESO_NO_AUTORIZADO',
                CASE WHEN EXISTS (SELECT FROM public.placement_leave a WHERE a.placement_id = NEW.id
                                  AND a.victim_id = NEW.victim_id AND NOT a.returned
                                  AND coalesce(a.ended_at, now()) = now())
                     THEN 'NO_RETORNO_DE_PERMISO' ELSE 'SALIDA_SIN_AVISO' END, me.user_id, me.unit_id);
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.lose_child() OWNER TO ruv_guard;
