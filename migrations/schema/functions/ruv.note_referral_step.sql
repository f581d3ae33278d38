-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.note_referral_step()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    before text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.state END;
    unit bigint := CASE WHEN current_setting('ruv.context', true) <> '' THEN nullif((ruv.context()).unit_id, 0) END;
BEGIN
    IF before IS DISTINCT FROM NEW.state THEN
        INSERT INTO public.referral_step (victim_id, referral_id, from_state, to_state, reason, by_unit_id)
        VALUES (NEW.victim_id, NEW.id, before, NEW.state,
                CASE WHEN NEW.state = 'RECHAZADA' THEN NEW.refusal_reason ELSE NEW.result END, unit);
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.note_referral_step() OWNER TO ruv_guard;
