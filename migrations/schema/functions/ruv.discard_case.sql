-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.discard_case(command bigint)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
    held record;
BEGIN
    IF NOT ruv.two_agreed(command, 'DESCARTE') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || asked.case_id, 0));
    SELECT c.id, c.victim_id, c.state, c.version INTO held FROM public.trafficking_case c
    WHERE c.id = asked.case_id FOR UPDATE;
    IF held.version || ':' || held.victim_id IS DISTINCT FROM asked.fingerprint
       OR held.state NOT IN ('ALERTA', 'PRESUNTA_VICTIMA') THEN
        RETURN 'STALE';
    END IF;
    IF EXISTS (SELECT FROM public.placement l WHERE l.case_id = held.id AND l.left_at IS NULL) THEN
        RETURN 'HOUSED';
    END IF;
    UPDATE public.trafficking_case c
    SET state = 'DESCARTADA', state_since = now(), closed_at = now(), version = c.version + 1
    WHERE c.id = held.id AND c.victim_id = held.victim_id;
    INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
    VALUES (held.victim_id, held.id, held.state, 'DESCARTADA', asked.reason, me.user_id, me.unit_id);
    RETURN 'DONE';
END $function$;
ALTER FUNCTION ruv.discard_case(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.discard_case(bigint) TO ruv_app;
