-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_command()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor;
    signed boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    me := ruv.context();
    signed := (NEW.decided_by, NEW.decided_unit_id, NEW.decided_institution_id)
              IS NOT DISTINCT FROM (me.user_id, me.unit_id, me.institution_id);
    IF OLD.state <> 'PENDIENTE' OR NEW.version <> OLD.version + 1 OR NEW.decided_at IS DISTINCT FROM now()
       OR NOT coalesce(CASE
            WHEN NEW.state IN ('EJECUTADA', 'RECHAZADA') THEN signed AND OLD.expires_at > now()
                AND me.user_id <> OLD.requested_by AND me.unit_id <> OLD.requested_unit_id
                AND ruv.permits('commands:approve')
                AND (ruv.oversees_commands() OR ruv.command_in_scope(OLD.victim_id, OLD.other_id, OLD.case_id))
                AND (NEW.state = 'RECHAZADA' OR OLD.kind <> 'FUSION'
                     OR ruv.both_known(OLD.requested_by, OLD.requested_unit_id, OLD.victim_id, OLD.other_id))
            WHEN NEW.state = 'RETIRADA' THEN signed AND OLD.expires_at > now() AND me.user_id = OLD.requested_by
            WHEN NEW.state = 'VENCIDA' THEN OLD.expires_at <= now() AND NEW.decided_by IS NULL
                AND NEW.decided_unit_id IS NULL AND NEW.decided_institution_id IS NULL
            END, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_command() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_command() TO ruv_app;
